package seal

// The parts of a sealed file, as doc.go draws them.
const (
	intro    = "age-encryption.org/v1\n-> X25519 "
	footer   = "--- "
	b64Size  = 43 // 32 bytes in unpadded base64
	bodyAt   = len(intro) + b64Size + 1
	footerAt = bodyAt + b64Size + 1
	headSize = footerAt + len(footer) + b64Size + 1
	overhead = headSize + 16 + 16
)

// SealedSize returns the size in bytes of a sealed plaintext of plainSize bytes.
func SealedSize(plainSize int) int { return overhead + plainSize }

// shaped reports whether sealed has the one shape that Seal gives. It decides
// nothing about the keys; it keeps age's parser away from everything else.
func shaped(sealed []byte, plainSize int) bool {
	if plainSize < 0 || plainSize > MaxPlain || len(sealed) != SealedSize(plainSize) {
		return false
	}
	head := sealed[:headSize]
	return string(head[:len(intro)]) == intro &&
		base64Line(head[len(intro):bodyAt]) &&
		base64Line(head[bodyAt:footerAt]) &&
		string(head[footerAt:footerAt+len(footer)]) == footer &&
		base64Line(head[footerAt+len(footer):])
}

// base64Line reports whether line is base64 characters and a line feed.
func base64Line(line []byte) bool {
	for _, c := range line[:len(line)-1] {
		switch {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '+', c == '/':
		default:
			return false
		}
	}
	return line[len(line)-1] == '\n'
}
