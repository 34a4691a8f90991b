package schema

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"usher/scim"
)

func TestFind(t *testing.T) {
	const ent = scim.EnterpriseURN
	for name, want := range map[string]string{
		"userName": "userName", "USERNAME": "userName", "name.familyname": "name.familyName", "emails": "emails", "emails.value": "emails.value",
		scim.UserURN + ":userName": "userName", strings.ToUpper(scim.UserURN) + ":NAME.givenName": "name.givenName",
		ent + ":department": ent + ":department", ent + ":Manager.Value": ent + ":manager.value", ent + ":manager.$REF": ent + ":manager.$ref",
		"meta.lastModified": "meta.lastModified", "schemas": "schemas", "id": "id", scim.UserURN + ":externalId": "externalId",
		"department": ent + ":department", "MANAGER": ent + ":manager", "manager.value": ent + ":manager.value", "displayName": "displayName",
		"": "", "emails.shoe": "", "userName.value": "", ent: "", scim.UserURN: "", ent + ":userName": "", "members": "", "name.": "",
	} {
		ref, ok := User().Find(name)
		if ok != (want != "") || ok && ref.Path() != want {
			t.Errorf("%s: %v, want %s", name, ok, want)
		}
	}
	if ref, ok := Group().Find("Members.VALUE"); !ok || ref.Path() != "members.value" || !ref.Leaf().CaseExact {
		t.Error("members.value")
	}
	if ref, _ := User().Find(ent + ":manager.value"); ref.URN != ent || ref.Attr.Name != "manager" || ref.Leaf() != ref.Sub {
		t.Errorf("%+v", ref)
	}
	if User().Schema(strings.ToLower(ent)) != User().Extensions[0] || User().Schema("x") != nil {
		t.Error("schemas are not what they were")
	}
}

// attributes of RFC 7643 §8.7.1 with the type of each, and externalId, which §3.1 counts among those of each core schema.
var attributes = map[string]string{
	scim.UserURN: `externalId:string userName:string name:complex name.formatted:string name.familyName:string name.givenName:string name.middleName:string
		name.honorificPrefix:string name.honorificSuffix:string displayName:string nickName:string profileUrl:reference title:string userType:string
		preferredLanguage:string locale:string timezone:string active:boolean password:string
		emails:complex emails.value:string emails.display:string emails.type:string emails.primary:boolean
		phoneNumbers:complex phoneNumbers.value:string phoneNumbers.display:string phoneNumbers.type:string phoneNumbers.primary:boolean
		ims:complex ims.value:string ims.display:string ims.type:string ims.primary:boolean
		photos:complex photos.value:reference photos.display:string photos.type:string photos.primary:boolean
		addresses:complex addresses.formatted:string addresses.streetAddress:string addresses.locality:string addresses.region:string
		addresses.postalCode:string addresses.country:string addresses.type:string addresses.primary:boolean
		groups:complex groups.value:string groups.$ref:reference groups.display:string groups.type:string
		entitlements:complex entitlements.value:string entitlements.display:string entitlements.type:string entitlements.primary:boolean
		roles:complex roles.value:string roles.display:string roles.type:string roles.primary:boolean
		x509Certificates:complex x509Certificates.value:binary x509Certificates.display:string x509Certificates.type:string x509Certificates.primary:boolean`,
	scim.GroupURN: `externalId:string displayName:string members:complex members.value:string members.$ref:reference members.type:string members.display:string`,
	scim.EnterpriseURN: `employeeNumber:string costCenter:string organization:string division:string department:string
		manager:complex manager.value:string manager.$ref:reference manager.displayName:string`,
}

// TestDocuments says that the discovery documents hold what RFC 7643 §7 knows and nothing else, and no empty words.
func TestDocuments(t *testing.T) {
	for _, s := range Schemas() {
		d := asJSON(t, s.Document("https://x/scim2"))
		keys(t, s.URN, d, "schemas", "id", "name", "description", "attributes", "meta")
		meta := d["meta"].(map[string]any)
		if d["id"] != s.URN || meta["location"] != "https://x/scim2/Schemas/"+s.URN || meta["resourceType"] != "Schema" || d["description"] == "" || d["name"] == "" {
			t.Errorf("%s: %v", s.URN, d)
		}
		var got []string
		checkAttributes(t, "", d["attributes"].([]any), &got)
		want := strings.Fields(attributes[s.URN])
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n got %v\nwant %v", s.URN, got, want)
		}
	}
	for _, rt := range ResourceTypes() {
		d := asJSON(t, rt.Document("https://x/scim2"))
		keys(t, rt.Name, d, "schemas", "id", "name", "endpoint", "description", "schema", "schemaExtensions", "meta")
		if d["id"] != rt.Name || d["endpoint"] != "/"+rt.Name+"s" || d["description"] == "" || d["meta"].(map[string]any)["location"] != "https://x/scim2/ResourceTypes/"+rt.Name {
			t.Errorf("%v", d)
		}
	}
}

func checkAttributes(t *testing.T, prefix string, as []any, names *[]string) {
	for _, x := range as {
		a := x.(map[string]any)
		path := prefix + a["name"].(string)
		*names = append(*names, path+":"+a["type"].(string))
		want := []string{"name", "type", "multiValued", "description", "required", "caseExact", "mutability", "returned", "uniqueness"}
		for _, optional := range []string{"canonicalValues", "referenceTypes", "subAttributes"} {
			if l, ok := a[optional].([]any); ok && len(l) > 0 {
				want = append(want, optional)
			}
		}
		keys(t, path, a, want...)
		if a["description"] == "" || (a["type"] == "reference") != (a["referenceTypes"] != nil) || (a["type"] == "complex") != (a["subAttributes"] != nil) ||
			!slices.Contains([]string{"readOnly", "readWrite", "immutable", "writeOnly"}, a["mutability"].(string)) ||
			!slices.Contains([]string{"always", "never", "default", "request"}, a["returned"].(string)) ||
			!slices.Contains([]string{"none", "server", "global"}, a["uniqueness"].(string)) {
			t.Errorf("%s: %v", path, a)
		}
		if subs, ok := a["subAttributes"].([]any); ok {
			checkAttributes(t, path+".", subs, names)
		}
	}
}

func keys(t *testing.T, of string, m map[string]any, want ...string) {
	t.Helper()
	for k := range m {
		if !slices.Contains(want, k) {
			t.Errorf("%s has %s", of, k)
		}
	}
	for _, k := range want {
		if m[k] == nil {
			t.Errorf("%s has no %s", of, k)
		}
	}
}

func asJSON(t *testing.T, v any) map[string]any {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return object(t, string(b))
}

func object(t *testing.T, text string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return m
}
