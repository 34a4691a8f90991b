package directory

// Mapping is what an administrator changed about a connector's attributes, by Attribute.Key. An attribute without a
// rule has its default.
type Mapping map[string]Rule

// Rule says how an attribute is worked out.
type Rule struct {
	Expression string `json:"expression"`         // CEL over `user`; "" sends nothing
	OnCreate   bool   `json:"onCreate,omitempty"` // written when the account is made, never after
}
