package expression

func lists() []Function {
	return []Function{
		{"_[_]", "list[number]", "The value at a place, counted from 0; an error when the list is shorter.", `["a", "b"][1]`, `"b"`},
		{"_[_]", "object[text]", "The value of a name; an error when there is none.", `{"city": "Paris"}["city"]`, `"Paris"`},
		{"_+_", "list + list", "One list of both.", `["a"] + ["b"]`, `["a","b"]`},
		{"@in", "value in list", "Whether a value is in a list; of an object, whether it has a value of that name.", `"Sales" in ["Sales", "North"]`, `true`},
		{"size", "list.size()", "The number of values.", `["a", "b"].size()`, `2`},
		{"map", "list.map(x, expression)", "The list of what the expression gives for each value.", `["a", "b"].map(x, x + "!")`, `["a!","b!"]`},
		{"map", "list.map(x, condition, expression)", "The same, of the values that meet a condition.", `["a", "bc"].map(x, x.size() > 1, x.upperAscii())`, `["BC"]`},
		{"filter", "list.filter(x, condition)", "The values that meet a condition.", `["a", "bc"].filter(x, x.size() > 1)`, `["bc"]`},
		{"exists", "list.exists(x, condition)", "Whether some value meets a condition.", `["a", "bc"].exists(x, x == "a")`, `true`},
		{"all", "list.all(x, condition)", "Whether every value meets a condition; true for an empty list.", `["a", "bc"].all(x, x == "a")`, `false`},
		{"exists_one", "list.exists_one(x, condition)", "Whether exactly one value meets a condition.", `["a", "bc"].exists_one(x, x == "a")`, `true`},
	}
}

func missing() []Function {
	return []Function{
		{"_[?_]", "list[?number]", "The value at a place, if there is one.", `["a"][?0].orValue("none")`, `"a"`},
		{"_[?_]", "object[?text]", "The value of a name, if there is one.", `{"city": "Paris"}[?"street"].orValue("none")`, `"none"`},
		{"_?._", "object.?name", "The same, for a name without spaces and the like.", `{"city": "Paris"}.?city.orValue("none")`, `"Paris"`},
		{"orValue", "optional.orValue(value)", "What to take when a value is missing.", `[][?0].orValue("none")`, `"none"`},
		{"or", "optional.or(optional)", "Another place to look when a value is missing.", `[][?0].or(["b"][?0]).orValue("none")`, `"b"`},
		{"hasValue", "optional.hasValue()", "Whether a value is there.", `["a"][?0].hasValue()`, `true`},
		{"value", "optional.value()", "The value; an error when it is missing.", `["a"][?0].value()`, `"a"`},
		{"optMap", "optional.optMap(x, expression)", "What the expression gives for the value, if there is one.", `["a"][?0].optMap(x, x + "!").orValue("none")`, `"a!"`},
		{"optFlatMap", "optional.optFlatMap(x, optional)", "The same, for an expression that may give nothing.", `[["a"]][?0].optFlatMap(x, x[?1]).orValue("none")`, `"none"`},
		{"first", "list.first()", "The first value, if there is one.", `["a", "b"].first().orValue("none")`, `"a"`},
		{"last", "list.last()", "The last value, if there is one.", `["a", "b"].last().orValue("none")`, `"b"`},
		{"has", "has(object.name)", "Whether an object has a value of that name; of an attribute, whether it is not empty.", `has({"city": "Paris"}.street)`, `false`},
		{"optional.of", "optional.of(value)", "A value that could be missing and is there.", `optional.of("a").orValue("none")`, `"a"`},
		{"optional.ofNonZeroValue", "optional.ofNonZeroValue(value)", "The same, and missing when it is empty, 0 or false.", `optional.ofNonZeroValue("").orValue("none")`, `"none"`},
		{"optional.none", "optional.none()", "A value that is missing.", `optional.none().orValue("none")`, `"none"`},
		{"optional.unwrap", "optional.unwrap(list)", "The values of a list that are there.", `optional.unwrap([["a"][?0], ["b"][?1]])`, `["a"]`},
		{"unwrapOpt", "list.unwrapOpt()", "The same, written after the list.", `[["a"][?0], ["b"][?1]].unwrapOpt()`, `["a"]`},
	}
}

func choices() []Function {
	return []Function{
		{"_?_:_", "condition ? value : value", "The first value when the condition is met, else the second.", `"Sales" == "North" ? "Seller" : "Staff"`, `"Staff"`},
		{"_==_", "value == value", "Whether two values are the same; the case of letters counts.", `"Sales" == "sales"`, `false`},
		{"_!=_", "value != value", "Whether two values differ.", `"Sales" != ""`, `true`},
		{"_<_", "value < value", "Whether a value is less than another; texts are compared letter by letter.", `"a" < "b"`, `true`},
		{"_<=_", "value <= value", "Less or the same.", `2 <= 2`, `true`},
		{"_>_", "value > value", "Whether a value is more than another.", `"abc".size() > 2`, `true`},
		{"_>=_", "value >= value", "More or the same.", `1 >= 2`, `false`},
		{"_&&_", "condition && condition", "Whether both are met.", `true && false`, `false`},
		{"_||_", "condition || condition", "Whether one of them is met.", `true || false`, `true`},
		{"!_", "!condition", "Whether it is not met.", `!"Sales".contains("x")`, `true`},
	}
}

func kinds() []Function {
	return []Function{
		{"_+_", "number + number", "Adds.", `1 + 2`, `3`},
		{"_-_", "number - number", "Takes away.", `5 - 2`, `3`},
		{"_*_", "number * number", "Multiplies.", `2 * 3`, `6`},
		{"_/_", "number / number", "Divides; of whole numbers the rest is dropped.", `7 / 2`, `3`},
		{"_%_", "number % number", "The rest of a division of whole numbers.", `7 % 2`, `1`},
		{"-_", "-number", "The number with the other sign.", `-(1 + 2)`, `-3`},
		{"string", "string(value)", "Text of a number, of true or false, or of a time.", `"E-" + string(4711)`, `"E-4711"`},
		{"int", "int(value)", "A whole number of a text or of another number.", `int("42") + 1`, `43`},
		{"double", "double(value)", "A number with a fraction.", `double("1.5") * 2.0`, `3`},
		{"bool", "bool(text)", "True or false of a text that says so.", `bool("true")`, `true`},
		{"timestamp", "timestamp(text)", "A time of a text such as the example's; times can be compared.", `timestamp("2026-01-31T08:00:00Z") < timestamp("2026-02-01T08:00:00Z")`, `true`},
		{"getFullYear", "time.getFullYear()", "The year of a time (UTC).", `timestamp("2026-01-31T08:00:00Z").getFullYear()`, `2026`},
		{"type", "type(value)", "The kind of a value: string, int, double, bool, list, map and so on.", `type("a") == string`, `true`},
		{"dyn", "dyn(value)", "The value, with its kind looked at only when it is worked out.", `dyn("a") == 1`, `false`},
	}
}
