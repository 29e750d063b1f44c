package profile

// ForgetLatest drops what the latest events were about.
func ForgetLatest(p *Profile) {
	for i := range p.interests.all() {
		p.interests.room[i].recent = 0
	}
}
