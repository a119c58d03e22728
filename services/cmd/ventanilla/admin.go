package main

import (
	"io"
	"os"

	"github.com/alecthomas/kong"
	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/services/auth"
	"github.com/ventanilla/ventanilla/services/cmd/internal/admin"
	"github.com/ventanilla/ventanilla/services/cmd/internal/platform"
)

// adminCmd has the operators' commands. The tag service names the one that serves a command, auth where there is none.
type adminCmd struct {
	admin.Connection
	Client     admin.Clients      `cmd:"" help:"OAuth clients."`
	APIKey     admin.APIKeys      `cmd:"" name:"api-key" help:"Developers' API keys."`
	Token      admin.ClientTokens `cmd:"" name:"client-token" help:"API keys in the form of a JWT: the tokens of clients of mosia."`
	Key        admin.Keys         `cmd:"" help:"The keys that sign tokens."`
	Operator   admin.Operators    `cmd:"" help:"Those who run the platform."`
	Log        admin.Logs         `cmd:"" help:"The tamper-evident record: operators' acts, issues, revocations, refusals."`
	Switch     admin.Switches     `cmd:"" help:"Maintenance, retirement and announcements, for a family or one of its endpoints."`
	Person     admin.Persons      `cmd:"" service:"identity" help:"Persons and their national identifiers."`
	Membership admin.Memberships  `cmd:"" service:"identity" help:"What persons are to the institution: students, workers, external, staff."`
	Catalogue  admin.Catalogues   `cmd:"" service:"identity" help:"The codes that memberships are described with."`
	Card       admin.Cards        `cmd:"" service:"identity" help:"Signed identity cards."`
	CardKey    admin.CardKeys     `cmd:"" service:"identity" name:"card-key" help:"The keys that sign identity cards."`
	Household  admin.Households   `cmd:"" service:"identity" help:"Who lives with whom."`
	Fact       admin.Facts        `cmd:"" service:"identity" help:"Social facts about persons and households."`
	Protection admin.Protections  `cmd:"" name:"data" service:"identity" help:"What persons may ask for about their data: all of it, or its end."`
	Access     admin.Accesses     `cmd:"" service:"identity" help:"The tamper-evident record of who read or changed a person's data, and why."`
	Catalog    admin.Catalogs     `cmd:"" service:"benefits" help:"The catalogue of benefits: its rules, their drafts, reviews and publications."`
	Benefit    admin.Benefits     `cmd:"" service:"benefits" help:"Which benefits persons may have, and why."`
	Import     admin.Import       `cmd:"" service:"identity" help:"Store the rows of a file: persons, households, facts or memberships."`

	Provider     admin.Providers     `cmd:"" service:"notifications" help:"Those who have things delivered to persons."`
	Service      admin.Services      `cmd:"" service:"notifications" help:"What providers can consume: parts, channels and quotas of their dispatches."`
	Subscription admin.Subscriptions `cmd:"" service:"notifications" help:"Which provider consumes which service, and its token."`
	Dispatch     admin.Dispatches    `cmd:"" service:"notifications" help:"What was to be delivered, and what became of it."`
	Template     admin.Templates     `cmd:"" service:"notifications" help:"Providers' texts, by version."`
	Recipient    admin.Recipients    `cmd:"" service:"notifications" help:"How persons are reached, and what they wish."`

	Account       admin.Accounts        `cmd:"" service:"session" help:"Developers, whose programs call, and users, in whose name they do."`
	Session       admin.Sessions        `cmd:"" service:"session" help:"Sessions of users; what operators changed in the role session."`
	Organisation  admin.Organisations   `cmd:"" service:"session" help:"Organisations, who works in them, and who their customers are."`
	Functionality admin.Functionalities `cmd:"" service:"session" help:"Pages of partners that app users are handed over to with a pass key."`
	Integration   admin.Integrations    `cmd:"" service:"session" help:"Partners' endpoints that log app users in and tell about them."`
	Beneficiary   admin.Beneficiaries   `cmd:"" service:"session" help:"Users of partners' apps, as persons."`
}

// AfterApply gives the commands below their connection and output.
func (c *adminCmd) AfterApply(parsed *kong.Context, out io.Writer) error {
	if c.Data == "" {
		c.Data = platform.DefaultData(false)
	}
	var conn *grpc.ClientConn
	if !c.Log.Verify.Offline() && !c.Access.Verify.Offline() && !offline(parsed.Selected()) {
		var err error
		if conn, err = c.Dial(servedBy(parsed.Selected())); err != nil {
			return asUsage(err)
		}
	}
	parsed.Bind(conn, admin.Input{Reader: os.Stdin}, admin.Output{Writer: out, JSON: c.JSON})
	return nil
}

// offline tells that a command calls nobody, whatever its flags.
func offline(command *kong.Node) bool {
	return command != nil && command.Tag != nil && command.Tag.Has("offline")
}

// servedBy is the service that serves a command.
func servedBy(command *kong.Node) string {
	for ; command != nil; command = command.Parent {
		if command.Tag != nil && command.Tag.Has("service") {
			return command.Tag.Get("service")
		}
	}
	return auth.Role
}
