package rowfile_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/ventanilla/ventanilla/services/cmd/internal/rowfile"
)

var columns = rowfile.Columns{Names: []string{"key", "name", "value"}, Typed: []string{"value"}}

// told is what a file gives, a line for each row.
func told(rows iter.Seq2[rowfile.Row, error]) []string {
	var all []string
	for row, err := range rows {
		switch {
		case err != nil:
			all = append(all, "error: "+err.Error())
		case row.Members != nil:
			all = append(all, fmt.Sprintf("%d %s", row.Line, row.Members))
		default:
			all = append(all, fmt.Sprintf("%d %s: %s", row.Line, row.Field, row.Fault))
		}
	}
	return all
}

func TestCSV(t *testing.T) {
	long := strings.Repeat("x", 70<<10)
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"records":       {"key,name\r\n1,Ana\r\n2,\r\n", []string{`2 {"key":"1","name":"Ana"}`, `3 {"key":"2","name":""}`}},
		"no last end":   {"key\n1", []string{`2 {"key":"1"}`}},
		"mark":          {"\xef\xbb\xbfkey\n1\n", []string{`2 {"key":"1"}`}},
		"quotes":        {"key,name\n\"a,\"\"b\"\"\nc\",ñ\n2,x\n", []string{`2 {"key":"a,\"b\"\nc","name":"ñ"}`, `4 {"key":"2","name":"x"}`}},
		"blank lines":   {"key\n\n1\n\n\n2\n", []string{`3 {"key":"1"}`, `6 {"key":"2"}`}},
		"typed":         {"key,value\n1,1\n1,true\n1,null\n1,\"[1,\"\"a\"\"]\"\n1,{}\n1,text\n1,007\n1,\"\"\"7\"\"\"\n1,\n", []string{`2 {"key":"1","value":1}`, `3 {"key":"1","value":true}`, `4 {"key":"1","value":null}`, `5 {"key":"1","value":[1,"a"]}`, `6 {"key":"1","value":"{}"}`, `7 {"key":"1","value":"text"}`, `8 {"key":"1","value":"007"}`, `9 {"key":"1","value":"7"}`, `10 {"key":"1","value":""}`}},
		"cells":         {"key,name\n1\n2,b\n3,c,d\n", []string{"2 : has not as many cells as there are columns", `3 {"key":"2","name":"b"}`, "4 : has not as many cells as there are columns"}},
		"bare quote":    {"key,name\n1,a\"b\n2,b\n", []string{"2 : is no record: a quote is missing, or not doubled", `3 {"key":"2","name":"b"}`}},
		"open quote":    {"key,name\n1,a\n2,\"b\n3,c\n4,d\n", []string{`2 {"key":"1","name":"a"}`, "3 : is no record up to line 5: a quote is missing, or not doubled"}},
		"other bytes":   {"key,name\n1,\xe1\n2,b\n", []string{"2 name: is not UTF-8", `3 {"key":"2","name":"b"}`}},
		"long":          {"key,name\n1," + long + "\n2,b\n", []string{"2 : is longer than 64 KiB", `3 {"key":"2","name":"b"}`}},
		"empty":         {"", []string{"error: the file is empty: its first line must name the columns"}},
		"UTF-16":        {"\xff\xfek\x00", []string{"error: the file is UTF-16: save it as UTF-8"}},
		"other column":  {"key,secret\n", []string{"error: column 2 has a name that is none of: key, name, value"}},
		"same columns":  {"key,key\n", []string{"error: there are two columns key"}},
		"broken header": {"\"key\n", []string{`error: reading the names of the columns: parse error on line 1, column 6: extraneous or missing " in quoted-field`}},
	} {
		if got := told(rowfile.CSV(strings.NewReader(c.file), columns)); !slices.Equal(got, c.want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

// A record without an end is given up before it takes all memory.
func TestARecordWithoutEnd(t *testing.T) {
	file := io.MultiReader(strings.NewReader("key\n1\n\""), endless{})
	got := told(rowfile.CSV(file, columns))
	if len(got) != 2 || got[1] != "error: reading the record after line 2: it is longer than 1 MiB: a quote is missing" {
		t.Errorf("got %q", got)
	}
}

type endless struct{}

func (endless) Read(into []byte) (int, error) {
	for i := range into {
		into[i] = 'x'
	}
	return len(into), nil
}

func TestNDJSON(t *testing.T) {
	fits := `{"a":"` + strings.Repeat("x", rowfile.MaxMembers-8) + `"}`
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"objects":  {"{}\r\n{\"a\":1}", []string{"1 {}", `2 {"a":1}`}},
		"mark":     {"\xef\xbb\xbf{}\n", []string{"1 {}"}},
		"blank":    {"\n \t\n{}\n\n", []string{"3 {}"}},
		"others":   {"[]\n{\nx\n{}\n", []string{"1 : is not a JSON object", "2 : is not a JSON object", "3 : is not a JSON object", "4 {}"}},
		"fits":     {fits + "\n{}\n", []string{"1 " + fits, "2 {}"}},
		"too long": {fits + " x}\n{}\n", []string{"1 : is longer than 64 KiB", "2 {}"}},
		"longer":   {strings.Repeat(fits, 3), []string{"1 : is longer than 64 KiB"}},
		"bytes":    {"{\"\xe1\":1}\n", []string{"1 : is not UTF-8"}},
		"empty":    {"", nil},
	} {
		if got := told(rowfile.NDJSON(strings.NewReader(c.file))); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %.100q, want %.100q", name, got, c.want)
		}
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	broken := errors.New("broken")
	for _, rows := range []iter.Seq2[rowfile.Row, error]{
		rowfile.CSV(iotest.ErrReader(broken), columns),
		rowfile.CSV(io.MultiReader(strings.NewReader("key\n1\n"), iotest.ErrReader(broken)), columns),
		rowfile.NDJSON(iotest.ErrReader(broken)),
		rowfile.NDJSON(io.MultiReader(strings.NewReader("{}\n"), iotest.ErrReader(broken))),
	} {
		var last error
		for _, err := range rows {
			last = err
		}
		if !errors.Is(last, broken) {
			t.Errorf("got %v", last)
		}
	}
}

// Whatever a file holds, its rows come in the order of their lines, and each is a JSON object of UTF-8 or says why not.
func FuzzRows(f *testing.F) {
	f.Add("key,value\n1,null\n\"a\nb\",\"\n")
	f.Add("{}\n\n{\"a\":\"\xff\"}\nx")
	f.Fuzz(func(t *testing.T, file string) {
		for row, err := range rowfile.CSV(strings.NewReader("key,value\n"+file), columns) {
			if err == nil && row.Members != nil && !json.Valid(row.Members) {
				t.Errorf("line %d is no JSON: %q", row.Line, row.Members)
			}
		}
		for _, rows := range []iter.Seq2[rowfile.Row, error]{rowfile.CSV(strings.NewReader("key,value\n"+file), columns), rowfile.NDJSON(strings.NewReader(file))} {
			line := int64(0)
			for row, err := range rows {
				if err != nil {
					break
				}
				if row.Line <= line || (row.Members == nil) == (row.Fault == "") || len(row.Members) > rowfile.MaxMembers {
					t.Errorf("after line %d: %+v", line, row)
				}
				line = row.Line
			}
		}
	})
}
