package salesforcefake

// populate makes the objects, and in them what every organization has.
func (s *Server) populate() {
	s.tables[licenceObject] = newTable(licenceObject, "100", "", column{name: "Name", kind: "string"}, column{name: "Status", kind: "picklist"},
		column{name: "TotalLicenses", kind: "double"}, column{name: "UsedLicenses", kind: "double"})
	s.tables[profileObject] = newTable(profileObject, "00e", "", column{name: "Name", kind: "string"}, column{name: "UserType", kind: "picklist"},
		column{name: "PermissionsModifyAllData", kind: "boolean"}, column{name: "UserLicenseId", kind: "reference", target: []string{licenceObject}})
	s.tables[userObject] = newTable(userObject, "005", "cu", s.userColumns()...)
	s.tables[loginObject] = newTable(loginObject, "0Yw", "u", column{name: "UserId", kind: "reference", target: []string{userObject}},
		column{name: "IsFrozen", kind: "boolean", write: "u"}, column{name: "IsPasswordLocked", kind: "boolean"})
	s.tables[groupObject] = newTable(groupObject, "00G", "cud", column{name: "Name", kind: "string", length: 40, write: "cu"},
		column{name: "DeveloperName", kind: "string", length: 80, write: "cu", nillable: true, unique: "DUPLICATE_DEVELOPER_NAME"},
		column{name: "Type", kind: "picklist", write: "c", picks: []string{"Regular", "Queue"}, restricted: true})
	s.tables[memberObject] = newTable(memberObject, "011", "cd", column{name: "GroupId", kind: "reference", write: "c", target: []string{groupObject}},
		column{name: "UserOrGroupId", kind: "reference", write: "c", target: []string{userObject, groupObject}})
	s.tables[setObject] = newTable(setObject, "0PS", "u", column{name: "Name", kind: "string", length: 80}, column{name: "Label", kind: "string", length: 80, write: "u"},
		column{name: "IsOwnedByProfile", kind: "boolean"}, column{name: "PermissionsModifyAllData", kind: "boolean"}, column{name: "PermissionsManageUsers", kind: "boolean"})
	s.tables[assignObject] = newTable(assignObject, "0Pa", "cd", column{name: "PermissionSetId", kind: "reference", write: "c", target: []string{setObject}},
		column{name: "AssigneeId", kind: "reference", write: "c", target: []string{userObject}})
	licence := s.add(licenceObject, map[string]any{"Name": "Salesforce", "Status": "Active"})
	chatter := s.add(licenceObject, map[string]any{"Name": "Chatter Free", "Status": "Active"})
	administrator := s.add(profileObject, map[string]any{"Name": "System Administrator", "UserType": "Standard", "UserLicenseId": licence, "PermissionsModifyAllData": true})
	for _, name := range s.options.Profiles {
		s.add(profileObject, map[string]any{"Name": name, "UserType": "Standard", "UserLicenseId": licence, "PermissionsModifyAllData": false})
	}
	s.add(profileObject, map[string]any{"Name": "Chatter Free User", "UserType": "CsnOnly", "UserLicenseId": chatter, "PermissionsModifyAllData": false})
	for _, label := range s.options.PermissionSets {
		s.add(setObject, map[string]any{"Name": label, "Label": label, "IsOwnedByProfile": false})
	}
	s.admin = s.add(userObject, map[string]any{"Username": "admin@example.com.crm", "LastName": "Administrator", "Email": "admin@example.com", "Alias": "admin", "ProfileId": administrator,
		"IsActive": true, "UserType": "Standard", "TimeZoneSidKey": "GMT", "LocaleSidKey": "en_US", "LanguageLocaleKey": "en_US", "EmailEncodingKey": "UTF-8"})
}

// add places a record without any check and gives its ID. The caller holds the lock, or is New.
func (s *Server) add(object string, doc map[string]any) string {
	t := s.tables[object]
	r := &row{id: s.newID(t.prefix), doc: doc}
	doc["Id"] = r.id
	t.put(r)
	if object == userObject {
		s.add(loginObject, map[string]any{"UserId": r.id, "IsFrozen": false, "IsPasswordLocked": false})
	}
	return r.id
}

// userColumns are the fields of User that provisioning meets, with their lengths (Object Reference, User).
func (s *Server) userColumns() []column {
	text := func(name string, length int) column {
		return column{name: name, kind: "string", length: length, write: "cu", nillable: true}
	}
	must := func(c column) column { c.nillable = false; return c }
	pick := func(name string, values ...string) column {
		return column{name: name, kind: "picklist", length: 40, write: "cu", picks: values, restricted: true}
	}
	all := []column{
		{name: "Username", kind: "email", length: 80, write: "cu", lookup: true, unique: "DUPLICATE_USERNAME"},
		must(text("LastName", 80)), text("FirstName", 40), {name: "Email", kind: "email", length: 128, write: "cu"}, must(text("Alias", 8)),
		{name: "CommunityNickname", kind: "string", length: 40, write: "cu", nillable: true, unique: "DUPLICATE_COMM_NICKNAME"},
		text("Title", 80), text("Department", 80), text("Phone", 40), text("MobilePhone", 40), text("EmployeeNumber", 20), text("CompanyName", 80), text("Division", 80),
		text("Street", 255), text("City", 40), text("State", 80), text("PostalCode", 20), text("Country", 80),
		{name: "IsActive", kind: "boolean", write: "cu", defaulted: true},
		{name: "ProfileId", kind: "reference", write: "cu", target: []string{profileObject}},
		{name: "UserRoleId", kind: "reference", write: "cu", nillable: true, target: []string{"UserRole"}},
		{name: "UserType", kind: "picklist", nillable: true},
		pick("TimeZoneSidKey", "GMT", "Europe/Berlin", "America/New_York", "Asia/Kolkata"), pick("LocaleSidKey", "en_US", "de_DE", "en_GB"),
		pick("LanguageLocaleKey", "en_US", "de", "fr"), pick("EmailEncodingKey", "UTF-8", "ISO-8859-1"),
		{name: "FederationIdentifier", kind: "string", length: 512, write: "cu", nillable: true, unique: "DUPLICATE_VALUE"},
	}
	for _, name := range s.options.External {
		c := text(name, 255)
		c.external, c.lookup, c.unique = true, true, "DUPLICATE_VALUE"
		all = append(all, c)
	}
	if n := s.options.Quirks.ShortAlias; n > 0 {
		all[4].length = n
	}
	for i, c := range all {
		for _, closed := range s.options.Quirks.ReadOnly {
			if c.name == closed {
				all[i].write = ""
			}
		}
	}
	return all
}
