package imports

import (
	"slices"
	"strings"
	"unicode"
)

// secretParts make any name that has one of them a secret's, whatever stands beside it, as in userPassword2.
var secretParts = plainWords("password passwort passwd pswd pwd passwrd passphrase passcode kennwort kennword losungswort geheimzahl motdepasse " +
	"contraseña contrasenya wachtwoord lösenord adgangskode kodeord passord lykilorð salasana jelszó heslo hasło parola şifre lozinka zaporka geslo " +
	"slaptažodis parole paroles пароль пароля лозинка κωδικόςπρόσβασης συνθηματικό סיסמה סיסמא كلمةالمرور كلمةالسر پاسورد گذرواژه पासवर्ड รหัสผ่าน " +
	"mậtkhẩu katasandi katalaluan パスワード パスフレーズ 暗証番号 密码 密碼 口令 비밀번호 암호 geheimnis segredo credential apikey privatekey " +
	"accesskey securityanswer recoverycode backupcode clavedeacceso claveacceso")

// secretWords make a name a secret's when they are a word of it: longer words have them by chance, as compass has pass.
var secretWords = plainWords("secret secrets segreto pass pw psw pin pincode hash salt senha mdp sandi otp totp hotp mfa token secreto geheim userpass temppass initialpass " +
	"loginpass newpass passkey")

func plainWords(words string) []string {
	all := strings.Fields(words)
	for i, w := range all {
		all[i] = plain(w)
	}
	return all
}

// isSecret reports a name of a column that looks like it holds what must be neither imported nor kept.
func isSecret(name string) bool {
	whole := plain(name)
	if whole == "clave" { // with more words it is mostly a number: clave de empleado
		return true
	}
	for _, part := range secretParts {
		if strings.Contains(whole, part) {
			return true
		}
	}
	for _, word := range wordsOf(name) {
		if slices.Contains(secretWords, word) || strings.HasSuffix(word, "pw") {
			return true
		}
	}
	return false
}

// looksSecret reports a cell that is a password's hash or a private key, whatever its column is called.
func looksSecret(cell string) bool {
	for _, mark := range []string{"$2a$", "$2b$", "$2y$", "$1$", "$5$", "$6$", "$y$", "$argon2", "$scrypt$", "$pbkdf2", "{SSHA", "{SHA", "{SMD5}", "{MD5}",
		"{CRYPT}", "{PBKDF2", "{ARGON2", "{BCRYPT}", "-----BEGIN "} {
		if len(cell) > len(mark) && strings.EqualFold(cell[:len(mark)], mark) {
			return true
		}
	}
	return false
}

// wordsOf takes a name apart where one word ends: at what is no letter, at a capital after a small letter, and before
// the last of several capitals.
func wordsOf(name string) (words []string) {
	var word []rune
	end := func() {
		if w := plain(string(word)); w != "" {
			words = append(words, w)
		}
		word = word[:0]
	}
	all := []rune(name)
	for i, r := range all {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsMark(r):
			end()
			continue
		case i > 0 && unicode.IsUpper(r) && (unicode.IsLower(all[i-1]) || i+1 < len(all) && unicode.IsUpper(all[i-1]) && unicode.IsLower(all[i+1])):
			end()
		}
		word = append(word, r)
	}
	end()
	return words
}
