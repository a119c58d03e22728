// Decides 100 rules for one person with json-rules-engine, the rules and the person of services/benefits/internal/rule/bench_test.go,
// and prints JSON: how many are eligible, and microseconds of CPU for a round. Argument: how many milliseconds to measure.
import { Engine } from "json-rules-engine";

const is = (fact, operator, value) => ({ fact, operator, value });
const all = (...conditions) => ({ all: conditions });
const any = (...conditions) => ({ any: conditions });

function rule(i) {
  switch (i % 8) {
    case 0:
      return all(is("person.age", "greaterThanInclusive", 60 + (i % 10)), is("household.rsh_tranche", "lessThanInclusive", 40 + 10 * (i % 6)));
    case 1:
      return all(is("person.sex", "equal", "female"), is("person.age", "lessThan", 40 + (i % 30)), is("household.minors", "greaterThanInclusive", 1));
    case 2:
      return all(is("person.programmes", "contains", `programme-${i % 5}`), is("household.rsh_tranche", "lessThanInclusive", 60));
    case 3:
      return all(is("person.employment", "in", ["dependent", "independent"]), is("person.income", "lessThan", 300_000 + 1000 * i));
    case 4:
      return any(is("person.disabled", "equal", true), all(is("person.age", "greaterThanInclusive", 65 + (i % 10)), is("person.contributed_months", "greaterThanInclusive", 240)));
    case 5:
      return all(is("household.commune", "equal", `commune-${i % 20}`), is("household.size", "greaterThanInclusive", 3));
    case 6:
      return all(any(is("person.programmes", "contains", "programme-1"), is("person.programmes", "contains", `programme-${i % 7}`)), is("household.under_6", "greaterThanInclusive", 1));
  }
  return all(is("household.rsh_tranche", "lessThanInclusive", 40), any(is("household.minors", "greaterThanInclusive", 1 + (i % 3)), is("person.disabled", "equal", true)));
}

const facts = {
  "person.age": 67, "person.sex": "female", "person.employment": "independent", "person.income": 350_000.5, "person.disabled": false,
  "person.programmes": ["programme-2", "programme-3", "programme-9"], "person.contributed_months": 250,
  "household.rsh_tranche": 60, "household.commune": "commune-5", "household.size": 4, "household.minors": 1, "household.under_6": 1,
};

const engine = new Engine(Array.from({ length: 100 }, (_, i) => ({ conditions: rule(i), event: { type: `rule-${i}` } })));

async function measure(milliseconds) {
  const began = process.cpuUsage();
  const end = performance.now() + milliseconds;
  let rounds = 0;
  let eligible;
  do {
    eligible = (await engine.run(facts)).events.length;
    rounds++;
  } while (performance.now() < end);
  const used = process.cpuUsage(began);
  return { eligible, cpu_us: (used.user + used.system) / rounds };
}

const milliseconds = Number(process.argv[2] ?? 1000);
await measure(milliseconds / 2); // until the code is compiled
console.log(JSON.stringify(await measure(milliseconds)));
