package db

import (
	"bytes"
	_ "embed" // for the dictionary
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/klauspost/compress/s2"

	"usher/connectors"
)

// What a line of the log sent and was answered is kept in a form that its first byte tells: the JSON itself, as older
// versions of Usher wrote it, or compressed with a dictionary by S2 (github.com/klauspost/compress/s2, Snappy with
// dictionaries), after the line's own texts gave way to signs. Stored: never change the dictionary; a better one is another
// form.
const (
	plainForm = '['
	smallForm = 1
)

// dictionaryText is what exchanges with targets usually look like.
//
//go:embed log_dictionary.txt
var dictionaryText []byte

var dictionary = sync.OnceValue(func() *s2.Dict { return s2.MakeDict(dictionaryText, nil) })

// mostExchanges bounds what the exchanges of one line may take in memory. An attempt keeps some KB of each request.
const mostExchanges = 32 << 20

// lineTexts are the texts of a line's other columns that its exchanges usually repeat. In them the nth gives way to the
// byte n+1, which JSON cannot have in it.
type lineTexts [3]string

// shortText is a text that is too short to give way: it would be found inside others.
const shortText = 4

func (t lineTexts) fold(text string) string {
	for i, s := range t {
		if len(s) >= shortText {
			text = strings.ReplaceAll(text, s, string(rune(i+1)))
		}
	}
	return text
}

// unfold undoes fold, the last step first: a text of a damaged line may have signs in it.
func (t lineTexts) unfold(text []byte) ([]byte, error) {
	for i := len(t) - 1; i >= 0; i-- {
		sign := []byte{byte(i + 1)}
		if len(text)+bytes.Count(text, sign)*len(t[i]) > mostExchanges {
			return nil, errTooLong
		}
		text = bytes.ReplaceAll(text, sign, []byte(t[i]))
	}
	return text, nil
}

var (
	errTooLong = fmt.Errorf("it would take more than %d MiB", mostExchanges>>20)
	errForm    = errors.New("a later version of Usher wrote it, or it is damaged")
)

// packExchanges makes the column of what was sent in an attempt; it has no bytes when nothing was.
func packExchanges(all []connectors.Exchange, t lineTexts) ([]byte, error) {
	if len(all) == 0 {
		return []byte{}, nil
	}
	plain, err := json.Marshal(all)
	if err != nil || len(plain) > mostExchanges {
		return plain, err
	}
	return append([]byte{smallForm}, dictionary().Encode(nil, []byte(t.fold(string(plain))))...), nil
}

// unpackExchanges reads what packExchanges wrote, and what older versions of Usher did.
func unpackExchanges(column []byte, t lineTexts) (all []connectors.Exchange, err error) {
	if len(column) == 0 {
		return nil, nil
	}
	plain := column
	if column[0] != plainForm {
		plain, err = expand(column, t)
	}
	if err == nil {
		err = json.Unmarshal(plain, &all)
	}
	if err != nil {
		return nil, fmt.Errorf("what was sent cannot be read: %w", err)
	}
	return all, nil
}

func expand(column []byte, t lineTexts) ([]byte, error) {
	if column[0] != smallForm {
		return nil, errForm
	}
	n, err := s2.DecodedLen(column[1:])
	switch {
	case err != nil:
		return nil, err
	case n > mostExchanges:
		return nil, errTooLong
	}
	plain, err := dictionary().Decode(nil, column[1:])
	if err != nil {
		return nil, err
	}
	return t.unfold(plain)
}
