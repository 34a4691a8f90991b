package directory

import "log/slog"

// Secret is a value that may be written and used, never shown: it prints, logs and marshals as [secret].
type Secret string

const redacted = "[secret]"

// String implements fmt.Stringer without the value.
func (Secret) String() string { return redacted }

// GoString implements fmt.GoStringer, for %#v, without the value.
func (Secret) GoString() string { return redacted }

// LogValue implements slog.LogValuer without the value.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements encoding.TextMarshaler, which encoding/json uses too, without the value.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Reveal is the one way to the value; call it only where it is sent or sealed.
func (s Secret) Reveal() string { return string(s) }
