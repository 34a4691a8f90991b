package views

// readyExpressions are expressions to begin with, by what they are for.
type readyExpressions struct {
	title       string
	expressions []readyExpression
}

type readyExpression struct{ label, expression string }

// ready has what people ask for most. The last group is the provisioning patterns of WSO2 Identity Server, with a
// separator between their parts that is taken out of the parts themselves.
func ready() []readyExpressions {
	return []readyExpressions{
		{"Names", []readyExpression{
			{"First name and last name", `(user.name.givenName + " " + user.name.familyName).trim()`},
			{"Last name, first name", `user.name.familyName + ", " + user.name.givenName`},
			{"Display name, else user name", `user.displayName != "" ? user.displayName : user.userName`},
			{"First letter and last name, plain letters", `(user.name.givenName.first(1) + user.name.familyName).ascii().lowerAscii()`},
			{"At most eight characters", `user.userName.localPart().ascii().first(8)`},
		}},
		{"Addresses", []readyExpression{
			{"Primary e-mail address, else the first", `user.emails.filter(e, e.primary)[?0].or(user.emails[?0]).value.orValue("")`},
			{"Work e-mail address", `user.emails.filter(e, e.type == "work")[?0].value.orValue("")`},
			{"First name and last name at a domain", `(user.name.givenName + "." + user.name.familyName).ascii().replace(" ", "").lowerAscii() + "@example.com"`},
			{"The same name at another domain", `user.userName.localPart() + "@example.com"`},
			{"Only the work addresses (for a list)", `user.emails.filter(e, e.type == "work")`},
		}},
		{"Others", []readyExpression{
			{"The same for everybody", `"Contractor"`},
			{"By department", `user.department == "Sales" ? "Seller" : "Staff"`},
			{"The names of the user's groups", `user.groups.join(", ")`},
			{"By group", `"Sales" in user.groups ? "Seller" : "Staff"`},
			{"Employee number, else ID", `user.employeeNumber != "" ? user.employeeNumber : user.id`},
		}},
		{"Provisioning patterns", []readyExpression{
			{"{UN}", `user.userName.lowerAscii()`},
			{"{UN, TD} with -", `[user.userName, user.userName.domain().replace("-", "")].join("-").lowerAscii()`},
			{"{UN, IDP} with _", `[user.userName, connection.name.replace("_", "")].join("_").lowerAscii()`},
			{"{UD, UN, TD, IDP} with -", `["primary", user.userName, user.userName.domain().replace("-", ""), connection.name.replace("-", "")].join("-").lowerAscii()`},
		}},
	}
}
