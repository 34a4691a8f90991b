package demo

import (
	"slices"

	"usher/directory"
)

// People are the sample users.
func People() []directory.User {
	return []directory.User{
		person("amara.okafor", "Amara", "Okafor", "Finance", "Financial Controller", "+234 1 555 0142"),
		person("bjorn.lindqvist", "Björn", "Lindqvist", "Engineering", "Site Reliability Engineer", "+46 8 555 0117"),
		person("chen.wei", "Wei", "Chen", "Engineering", "Staff Engineer", "+86 10 5555 0168"),
		person("daniela.fuentes", "Daniela", "Fuentes", "Sales", "Account Executive", "+52 55 5550 0123"),
		person("emre.yilmaz", "Emre", "Yılmaz", "Support", "Support Lead", "+90 212 555 0136"),
		person("fatima.alharbi", "Fatima", "Al-Harbi", "Legal", "General Counsel", "+966 11 555 0129"),
		person("grace.hopewell", "Grace", "Hopewell", "People", "Head of People", "+44 20 7946 0155"),
		person("hiroshi.tanaka", "寛", "田中", "Engineering", "Security Engineer", "+81 3 5555 0171"),
		person("ines.carvalho", "Inês", "Carvalho", "Marketing", "Brand Manager", "+351 21 555 0148"),
		person("jakub.novak", "Jakub", "Novák", "Operations", "Warehouse Manager", "+420 2 5555 0112"),
		person("kavita.raman", "Kavita", "Raman", "Product", "Product Manager", "+91 22 5555 0183"),
		person("liam.osullivan", "Liam", "O’Sullivan", "Sales", "Regional Director", "+353 1 555 0194"),
	}
}

func person(userName, given, family, department, title, phone string) directory.User {
	u := directory.User{UserName: userName, Active: true, Source: directory.Console}
	u.Name = directory.Name{GivenName: given, FamilyName: family}
	u.Department, u.Title = department, title
	u.SetEmail(userName + "@example.com")
	u.SetPhone(phone)
	return u
}

// chosenGroup is a sample group and who belongs to it.
type chosenGroup struct {
	id, name string
	has      func(directory.User) bool
}

func sampleGroups() []chosenGroup {
	in := func(departments ...string) func(directory.User) bool {
		return func(u directory.User) bool { return slices.Contains(departments, u.Department) }
	}
	leaders := []string{"amara.okafor", "fatima.alharbi", "grace.hopewell", "liam.osullivan"}
	return []chosenGroup{
		{name: "Engineering", has: in("Engineering")},
		{name: "Sales and Marketing", has: in("Sales", "Marketing")},
		{name: "Leadership", has: func(u directory.User) bool { return slices.Contains(leaders, u.UserName) }},
	}
}

// nextPost is another department and title: round the ones of People; what nobody has leads to the first.
func nextPost(department, title string) (string, string) {
	var departments, titles []string
	for _, p := range People() {
		departments, titles = append(departments, p.Department), append(titles, p.Title)
	}
	return after(departments, department), after(titles, title)
}

func after(list []string, now string) string {
	slices.Sort(list)
	list = slices.Compact(list)
	return list[(slices.Index(list, now)+1)%len(list)]
}
