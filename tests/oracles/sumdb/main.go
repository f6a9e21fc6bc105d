// The checksum database of Go as a judge of our logs: its packages note and tlog open our
// checkpoints, read our tiles and check our proofs, and we are given proofs of theirs.
//
//	sumdb check LOG VKEY          a log's public folder: all entries, and every hundredth size
//	sumdb proof PROOF ENTRY VKEY  a proof file of ours
//	sumdb make FOLDER             proofs of theirs: N.proof with N.entry, and the key in vkey
package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const entriesOfTile = 256

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "sumdb:", err)
		os.Exit(1)
	}
}

type tiles struct{ folder string }

func (t tiles) Height() int { return 8 }

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// Go's paths are tile/8/LEVEL/INDEX, those of C2SP leave the height out.
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range wanted {
		path := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		bytes, err := os.ReadFile(filepath.Join(t.folder, path))
		if err != nil {
			return nil, err
		}
		read = append(read, bytes)
	}
	return read, nil
}

type checkpoint struct {
	origin string
	tree   tlog.Tree
}

func openCheckpoint(signed []byte, vkey string) checkpoint {
	opened := must(note.Open(signed, note.VerifierList(must(note.NewVerifier(vkey)))))
	lines := strings.Split(opened.Text, "\n")
	root := must(base64.StdEncoding.DecodeString(lines[2]))
	c := checkpoint{origin: lines[0], tree: tlog.Tree{N: must(strconv.ParseInt(lines[1], 10, 64))}}
	copy(c.tree.Hash[:], root)
	return c
}

func indexPath(index int64) string {
	path := fmt.Sprintf("%03d", index%1000)
	for index /= 1000; index > 0; index /= 1000 {
		path = fmt.Sprintf("x%03d/%s", index%1000, path)
	}
	return path
}

func readEntries(folder string, size int64) [][]byte {
	var entries [][]byte
	for first := int64(0); first < size; first += entriesOfTile {
		path := filepath.Join(folder, "tile/entries", indexPath(first/entriesOfTile))
		if size-first < entriesOfTile {
			path += fmt.Sprintf(".p/%d", size-first)
		}
		bundle := must(os.ReadFile(path))
		for len(bundle) > 0 {
			length := int(binary.BigEndian.Uint16(bundle))
			entries = append(entries, bundle[2:2+length])
			bundle = bundle[2+length:]
		}
	}
	return entries
}

func checkLog(folder, vkey string) {
	c := openCheckpoint(must(os.ReadFile(filepath.Join(folder, "checkpoint"))), vkey)
	reader := tlog.TileHashReader(c.tree, tiles{folder})
	entries := readEntries(folder, c.tree.N)
	if int64(len(entries)) != c.tree.N {
		check(fmt.Errorf("%d entries, the checkpoint says %d", len(entries), c.tree.N))
	}
	for i, entry := range entries {
		proof := must(tlog.ProveRecord(c.tree.N, int64(i), reader))
		check(tlog.CheckRecord(proof, c.tree.N, c.tree.Hash, int64(i), tlog.RecordHash(entry)))
	}
	for old := int64(1); old <= c.tree.N; old += 100 {
		proof := must(tlog.ProveTree(c.tree.N, old, reader))
		check(tlog.CheckTree(proof, c.tree.N, c.tree.Hash, old, must(tlog.TreeHash(old, reader))))
	}
	fmt.Printf("%s: %d entries, all included, all sizes consistent\n", c.origin, c.tree.N)
}

func checkProof(file, entry, vkey string) {
	text := string(must(os.ReadFile(file)))
	head, signed, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	c := openCheckpoint([]byte(signed), vkey)
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		var hash tlog.Hash
		copy(hash[:], must(base64.StdEncoding.DecodeString(line)))
		proof = append(proof, hash)
	}
	index := must(strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64))
	hash := tlog.RecordHash(must(os.ReadFile(entry)))
	check(tlog.CheckRecord(proof, c.tree.N, c.tree.Hash, index, hash))
	fmt.Printf("entry %d of %d is included\n", index, c.tree.N)
}

type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var read []tlog.Hash
	for _, index := range indexes {
		read = append(read, h[index])
	}
	return read, nil
}

func makeProofs(folder string) {
	const size = 777
	skey, vkey, err := note.GenerateKey(rand.Reader, "go.example/log")
	check(err)
	var stored hashes
	entry := func(i int64) []byte { return []byte(fmt.Sprintf("entry %d of Go", i)) }
	for i := int64(0); i < size; i++ {
		stored = append(stored, must(tlog.StoredHashes(i, entry(i), stored))...)
	}
	root := must(tlog.TreeHash(size, stored))
	text := fmt.Sprintf("go.example/log\n%d\n%s\n", size, base64.StdEncoding.EncodeToString(root[:]))
	signed := must(note.Sign(&note.Note{Text: text}, must(note.NewSigner(skey))))
	check(os.WriteFile(filepath.Join(folder, "vkey"), []byte(vkey), 0o644))
	for _, i := range []int64{0, 1, 255, 256, 511, 512, 700, 776} {
		file := fmt.Sprintf("c2sp.org/tlog-proof@v1\nindex %d\n", i)
		for _, hash := range must(tlog.ProveRecord(size, i, stored)) {
			file += base64.StdEncoding.EncodeToString(hash[:]) + "\n"
		}
		name := filepath.Join(folder, strconv.FormatInt(i, 10))
		check(os.WriteFile(name+".proof", []byte(file+"\n"+string(signed)), 0o644))
		check(os.WriteFile(name+".entry", entry(i), 0o644))
	}
}

func main() {
	switch os.Args[1] {
	case "check":
		checkLog(os.Args[2], os.Args[3])
	case "proof":
		checkProof(os.Args[2], os.Args[3], os.Args[4])
	case "make":
		makeProofs(os.Args[2])
	}
}
