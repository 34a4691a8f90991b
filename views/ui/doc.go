// Package ui is the kit: Basecoat's look wrapped in templ components, so that no page knows a class name.
// It is not for pages, business words or anything that reads a request or a store.
//
// Things to press and to read
//
//   - Icon: a lucide icon, hidden from screen readers
//   - Button, LinkButton, PostButton: an Action as a button, a link, or a form of its own
//   - Badge, StatusBadge: a word with an icon in the colour of its Tone
//   - Callout: a boxed note; EmptyState: what a list says when it has nothing
//   - Details: a disclosure; CodeBlock: preformatted text that scrolls
//   - DescriptionList: terms and their values; Time: relative words, exact on hover
//   - Avatar: initials; CopyField: a value to copy; Progress: how far
//   - StackedBar, Bars, Stat: shares, a small column chart, one number
//
// Page furniture
//
//   - PageHeader: the h1 with its badge, text and actions
//   - Card, CardBody, CardFoot: a titled box and its padded parts; Columns, Stack, Grid: the gaps between boxes
//   - Tabs, Breadcrumb, Pager, Steps: where am I
//   - LinkCards, LinkCard: large choices that are links
//   - Table, Row, Cell: a scrolling table that becomes cards on a phone
//   - Toast, ToastOOB, Toaster: what just happened
//   - Live: a fragment that asks again until it is settled
//
// Forms
//
//   - Form, FormActions, Fieldset, ErrorSummary: the frame
//   - Input: any Field with label, control, help and error
//   - SearchBox: a GET form over a list; ConfirmByName: delete only by typing the name
package ui
