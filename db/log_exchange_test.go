package db

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"usher/connectors"
)

var ada = lineTexts{"ada", "01a22ea8-613d-7243-8e35-a43ae97dfa1f", "2a94fcba9e2ba360"}

func sentForAda() []connectors.Exchange {
	return []connectors.Exchange{
		{Method: "GET", URL: "http://x/scim/v2/Users?filter=userName%20eq%20%22ada%22", Error: "no \x01\x02\x03 answer", Took: 7},
		{Method: "POST", URL: "http://x/scim/v2/Users", Request: `{"externalId":"` + ada[1] + `","userName":"ada","active":true}`, Status: 201,
			Response: `{"id":"` + ada[2] + `","meta":{"location":"http://x/scim/v2/Users/` + ada[2] + `"},"externalId":"` + ada[1] + `"}`, Took: 356506},
	}
}

func TestExchangesComeBackAsTheyWere(t *testing.T) {
	for name, texts := range map[string]lineTexts{
		"usual": ada, "empty": {}, "short": {"a", "b", "c"}, "inside each other": {"2a94", "2a94fcba", "fcba"}, "signs": {"\x01\x02\x03\x01", "\\u0001", "u000"},
		"keys of the JSON": {"method", "response", "took"},
	} {
		t.Run(name, func(t *testing.T) {
			column, err := packExchanges(sentForAda(), texts)
			if err != nil {
				t.Fatal(err)
			}
			got, err := unpackExchanges(column, texts)
			if err != nil || !reflect.DeepEqual(got, sentForAda()) {
				t.Errorf("%+v: %v", got, err)
			}
		})
	}
}

func TestExchangesAreSmall(t *testing.T) {
	plain, err := json.Marshal(sentForAda())
	if err != nil {
		t.Fatal(err)
	}
	column, err := packExchanges(sentForAda(), ada)
	if err != nil || len(column)*3 > len(plain) {
		t.Errorf("%d bytes of %d: %v", len(column), len(plain), err)
	}
	if none, err := packExchanges(nil, ada); err != nil || none == nil || len(none) > 0 {
		t.Errorf("%v of nothing: %v", none, err) // nil would be NULL
	}
}

func TestExchangesOfOlderVersionsAreRead(t *testing.T) {
	plain, err := json.Marshal(sentForAda())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := unpackExchanges(plain, ada); err != nil || !reflect.DeepEqual(got, sentForAda()) {
		t.Errorf("%+v: %v", got, err)
	}
}

// TestTheDictionaryStays: with another one, nothing that was written before can be read.
func TestTheDictionaryStays(t *testing.T) {
	const stored = "AfwCLmgEPu0JDDovL3g23wEe7gkRUirsCbBhZGElMjIiLCJlcnJvciI6Im5vIFx1MDAwMVx1MDAwMlx1MDAwMyBhbnN3ZXIVggg3fSxu6QRGggA+6gQ6BAIIAlwiPvEAEGFkYVwiPpQCloQDAAM6hQNCAANGoAAULwNcIn0sTpgAAH0V9RwzNTY1MDZ9XQ=="
	column, err := packExchanges(sentForAda(), ada)
	if err != nil {
		t.Fatal(err)
	}
	old, err := base64.StdEncoding.DecodeString(stored)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := unpackExchanges(old, ada); err != nil || !reflect.DeepEqual(got, sentForAda()) {
		t.Errorf("%+v: %v; it would be written as %s now", got, err, base64.StdEncoding.EncodeToString(column))
	}
}

func TestDamagedExchangesAreAnError(t *testing.T) {
	whole, err := packExchanges(sentForAda(), ada)
	if err != nil {
		t.Fatal(err)
	}
	damaged := [][]byte{{1}, []byte("[{"), []byte("\xff\x00"), []byte("{}"), {0}, append([]byte{9}, whole[1:]...)}
	for n := 1; n < len(whole); n++ {
		damaged = append(damaged, whole[:n])
	}
	for _, column := range damaged {
		if _, err := unpackExchanges(column, ada); err == nil || !strings.Contains(err.Error(), "what was sent cannot be read") {
			t.Errorf("%q: %v", column, err)
		}
	}
	for i := range whole {
		changed := bytes.Clone(whole)
		changed[i] ^= 0x55
		_, _ = unpackExchanges(changed, ada) // whatever it is, it is no panic
	}
}

func TestExchangesTakeNoMoreMemoryThanTheyMay(t *testing.T) {
	bomb := func(text string, times int) []byte {
		block := []byte(strings.Repeat(strings.Repeat(text, 1<<20/len(text)), times))
		return append([]byte{smallForm}, dictionary().Encode(nil, block)...)
	}
	for name, c := range map[string]struct {
		column []byte
		texts  lineTexts
	}{
		"inflated":          {bomb(" ", mostExchanges>>20+1), ada},
		"unfolded":          {bomb("\x01", 2), lineTexts{strings.Repeat("x", 1000)}},
		"unfolded in steps": {bomb("\x03", 1), lineTexts{strings.Repeat("x", 1000), strings.Repeat("\x01", 1000), strings.Repeat("\x02", 30)}},
	} {
		if _, err := unpackExchanges(c.column, c.texts); err == nil || !strings.Contains(err.Error(), "32 MiB") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkPackExchanges(b *testing.B) {
	for b.Loop() {
		if _, err := packExchanges(sentForAda(), ada); err != nil {
			b.Fatal(err)
		}
	}
}
