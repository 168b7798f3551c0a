package emulator

import (
	"bytes"
	"fmt"
	"html"
	"net/http"
	"path"
	"strings"
	"time"

	"clever-mcp/cleverapi/catalogue"
)

// text is an invoice as a page of lines.
func (i *invoice) text() []string {
	b := i.owner.billing
	out := []string{i.title(), "Emulated Clever Cloud: this is no real invoice", "", i.owner.name}
	for _, line := range []string{b.company, b.address, strings.TrimSpace(b.zipcode + " " + b.city), b.country, b.vat} {
		if line != "" {
			out = append(out, line)
		}
	}
	out = append(out, "", "Emitted on "+i.emitted.UTC().Format(time.DateOnly)+", status "+i.status, "")
	for _, l := range i.lines() {
		out = append(out, fmt.Sprintf("%-12s %-30.30s %10.2f EUR", l.what, l.name, l.amount))
	}
	return append(out, "", fmt.Sprintf("Total without tax %25s %10.2f EUR", "", i.amount),
		fmt.Sprintf("VAT %d %% %33s %10.2f EUR", vatPercent, "", i.amount*vatPercent/100),
		fmt.Sprintf("Total %37s %10.2f EUR", "", i.amount*(1+vatPercent/100.0)))
}

func getInvoicePDF(_ *call, i *invoice) (any, error) {
	return raw{
		contentType: "application/pdf", body: pdf(i.text()),
		header: http.Header{"Content-Disposition": {`attachment; filename="` + i.number + `.pdf"`}},
	}, nil
}

// pdf writes lines on pages of PDF 1.4, in a font that every reader has.
func pdf(lines []string) []byte {
	const perPage = 55
	var pages [][]string
	for len(lines) > perPage {
		pages, lines = append(pages, lines[:perPage]), lines[perPage:]
	}
	pages = append(pages, lines)

	var b bytes.Buffer
	var offsets []int
	b.WriteString("%PDF-1.4\n")
	object := func(format string, args ...any) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n", len(offsets))
		fmt.Fprintf(&b, format, args...)
		b.WriteString("\nendobj\n")
	}
	kids := make([]string, len(pages))
	for i := range pages {
		kids[i] = fmt.Sprintf("%d 0 R", 4+2*i)
	}
	object("<< /Type /Catalog /Pages 2 0 R >>")
	object("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), len(pages))
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>")
	for i, page := range pages {
		object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>", 5+2*i)
		var content strings.Builder
		content.WriteString("BT /F1 10 Tf 50 790 Td 13 TL\n")
		for _, line := range page {
			content.WriteString("(" + pdfText(line) + ") Tj T*\n")
		}
		content.WriteString("ET")
		object("<< /Length %d >>\nstream\n%s\nendstream", content.Len(), content.String())
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, xref)
	return b.Bytes()
}

// pdfText escapes what would end or change a string, and writes the letters
// that the font has in octal; others become question marks.
func pdfText(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '(' || r == ')' || r == '\\':
			b.WriteString(`\` + string(r))
		case r >= ' ' && r <= '~':
			b.WriteRune(r)
		case r >= 0xa0 && r <= 0xff:
			fmt.Fprintf(&b, `\%03o`, r)
		case r == '€':
			b.WriteString(`\200`)
		default:
			b.WriteByte('?')
		}
	}
	return b.String()
}

func getInvoiceHTML(_ *call, i *invoice) (any, error) {
	all := i.text()
	title, lines := all[0], all[1:]
	page := fmt.Sprintf("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>%[1]s</title></head>\n<body><h1>%[1]s</h1><pre>%[2]s\n</pre></body></html>\n",
		html.EscapeString(title), html.EscapeString(strings.Join(lines, "\n")))
	return raw{contentType: "text/html; charset=utf-8", body: []byte(page)}, nil
}

// serveInvoice answers the shorter path that the guides of the API give, which
// is no operation of the catalogue: …/{id}/{invoiceNumber}.pdf.
func (e *Emulator) serveInvoice(w http.ResponseWriter, r *http.Request) {
	file := r.PathValue("file")
	extension := path.Ext(file)
	op, ok := catalogue.Lookup("GET /v4/billing/organisations/{id}/invoices/{invoiceNumber}" + extension)
	rec, recorded := w.(*recorder)
	if !ok || !recorded || extension == "" {
		e.refuse(w, r, w.Header().Get("Sozu-Id"), notFound("Not found: %s %s", r.Method, r.URL.Path))
		return
	}
	params := map[string]string{"id": r.PathValue("id"), "invoiceNumber": strings.TrimSuffix(file, extension)}
	answer, _, err := e.run(&call{e: e, r: r, op: op, params: params, base: e.baseOf(r)}, rec.rec)
	document, isRaw := answer.(raw)
	if err != nil || !isRaw {
		e.refuse(w, r, rec.rec.RequestID, err)
		return
	}
	write(w, document.status, document.contentType, document.body)
}
