package handlers

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"time"

	"usher/directory"
	"usher/imports"
	"usher/views"
)

const (
	// maxUpload lets a file that is too large be read to its end, so that the browser shows the answer.
	maxUpload   = 2 * imports.MaxBytes
	pieceWithin = time.Minute      // an upload that stands still so long is cut off
	uploadTakes = 15 * time.Minute // and so is one that takes longer
)

func (s *Server) showImportNew(w http.ResponseWriter, r *http.Request) error {
	return s.renderImportNew(w, r, http.StatusOK, "")
}

func (s *Server) renderImportNew(w http.ResponseWriter, r *http.Request, status int, wrong string) error {
	v := views.ImportNewView{Shell: s.shell(r, views.NavUsers, "Add multiple users", userAddCrumbs()...), Error: wrong}
	v.Shell.Narrow = true
	return s.render(w, r, status, views.ImportNew(v))
}

// createImport reads the file while it arrives: it is never in memory as a whole.
func (s *Server) createImport(w http.ResponseWriter, r *http.Request) error {
	body := &slowBody{ReadCloser: r.Body, control: http.NewResponseController(w), until: time.Now().Add(uploadTakes)}
	r.Body = body
	file, err := filePart(r)
	if err != nil {
		return err
	}
	var i imports.Import
	if file == nil || file.FileName() == "" {
		err = &directory.Error{Code: directory.Invalid, Fields: map[string]string{"file": "Choose a file."}}
	} else {
		i, err = s.Imports.Upload(r.Context(), filepath.Base(file.FileName()), file, actor(r))
	}
	_, _ = io.Copy(io.Discard, body) // a browser that may not finish sending does not show the answer
	if e, status, ok := formError(err); ok {
		wrong := e.Fields["file"]
		if wrong == "" {
			wrong = e.Message
		}
		return s.renderImportNew(w, r, status, wrong)
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, views.ImportURL(i.ID)+"/columns")
}

// filePart is the form's file, or nil when it has none.
func filePart(r *http.Request) (*multipart.Part, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, &refusal{http.StatusBadRequest, "The file cannot be read", "It arrived in another form than Usher sends it.", "Open the page again and choose the file once more."}
	}
	for {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil || p.FormName() == "file" {
			return p, err
		}
	}
}

// slowBody gives each piece of an upload the time that a whole form has otherwise.
type slowBody struct {
	io.ReadCloser
	control *http.ResponseController
	until   time.Time
}

func (b *slowBody) Read(p []byte) (int, error) {
	now := time.Now()
	if now.After(b.until) {
		return 0, io.ErrUnexpectedEOF
	}
	// Deadlines are the server's; without one, as in a test, there is nothing to move.
	_ = b.control.SetReadDeadline(now.Add(pieceWithin))
	_ = b.control.SetWriteDeadline(now.Add(3 * pieceWithin))
	return b.ReadCloser.Read(p)
}
