package expression

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"golang.org/x/text/unicode/norm"
)

// textFunctions are what names and addresses need and CEL does not have.
func textFunctions() cel.EnvOption {
	return func(env *cel.Env) (*cel.Env, error) {
		options := []cel.EnvOption{
			textFunction("ascii", toASCII),
			textFunction("localPart", localPart),
			textFunction("domain", domain),
			cel.Function("first", cel.MemberOverload("string_first_int", []*cel.Type{cel.StringType, cel.IntType}, cel.StringType, cel.BinaryBinding(first))),
			cel.CostModel(readsAll("string_ascii"), readsAll("string_localPart"), readsAll("string_domain"), readsAll("string_first_int")),
		}
		var err error
		for _, o := range options {
			if env, err = o(env); err != nil {
				return nil, err
			}
		}
		return env, nil
	}
}

func textFunction(name string, f func(string) string) cel.EnvOption {
	return cel.Function(name, cel.MemberOverload("string_"+name, []*cel.Type{cel.StringType}, cel.StringType, cel.UnaryBinding(func(v ref.Val) ref.Val {
		s, ok := v.(types.String)
		if !ok {
			return types.MaybeNoSuchOverloadErr(v)
		}
		return types.String(f(string(s)))
	})))
}

// readsAll says that a function costs what it reads and writes, so that the limit holds for long texts, too.
func readsAll(overload string) cost.OverloadModel {
	return cost.MemberOverload(overload,
		cost.EvalCost(cost.Sum(cost.Const(cost.CallCost), cost.StringScan(cost.Length(cost.Target())), cost.Length(cost.Result()))),
		cost.ResultSize(cost.AtMost(cost.Scale(cost.Target(), 2)))) // ß is two letters in ASCII
}

// first is at most so many characters of a text, from its beginning.
func first(v, n ref.Val) ref.Val {
	s, ok := v.(types.String)
	most, ok2 := n.(types.Int)
	if !ok || !ok2 {
		return types.MaybeNoSuchOverloadErr(v)
	}
	end := 0
	for ; most > 0 && end < len(s); most-- {
		_, size := utf8.DecodeRuneInString(string(s[end:]))
		end += size
	}
	return s[:end]
}

// localPart is what is before the last @ of an address; all of a text without one.
func localPart(s string) string {
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		return s[:i]
	}
	return s
}

// domain is what follows the last @ of an address; nothing of a text without one.
func domain(s string) string {
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		return s[i+1:]
	}
	return ""
}

// toASCII writes a text without accents: decomposed (Unicode TR15, NFKD), its marks dropped, and letters that do not
// decompose as passports write them. What has no Latin letters is left out.
func toASCII(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		switch {
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r):
		default:
			b.WriteString(latin(r))
		}
	}
	return b.String()
}

// latin is how a letter that does not decompose is written with plain ones; "" when it is not.
func latin(r rune) string {
	switch r {
	case 'ß':
		return "ss"
	case 'ẞ':
		return "SS"
	case 'æ':
		return "ae"
	case 'Æ':
		return "AE"
	case 'œ':
		return "oe"
	case 'Œ':
		return "OE"
	case 'ø':
		return "o"
	case 'Ø':
		return "O"
	case 'ł':
		return "l"
	case 'Ł':
		return "L"
	case 'đ', 'ð':
		return "d"
	case 'Đ', 'Ð':
		return "D"
	case 'þ':
		return "th"
	case 'Þ':
		return "TH"
	case 'ħ':
		return "h"
	case 'Ħ':
		return "H"
	case 'ı':
		return "i"
	case '‘', '’':
		return "'"
	case '‐', '‑', '–', '—':
		return "-"
	}
	return ""
}
