package platform

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/google/renameio/v2"
)

// folderFormat is the layout of the data folder that this binary reads and writes.
const folderFormat = 1

// Files of the folder itself.
const (
	markFile = "ventanilla.json"
	lockFile = "lock"
)

// Folder is the data folder of `up`, held by one process at a time.
type Folder struct {
	path string
	lock *os.File
}

// folderMark is the content of markFile.
type folderMark struct {
	Format int  `json:"format"`
	Demo   bool `json:"demo"`
}

// OpenFolder makes or opens a data folder and holds it until Close. A folder of a newer
// format, of another process, or made with another answer to "is this a demo?" is refused.
func OpenFolder(path string, demo bool) (*Folder, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("making the data folder: %w", err)
	}
	if err := refuseForeign(path); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(path, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the data folder's lock: %w", err)
	}
	f := &Folder{path: path, lock: lock}
	err = f.hold()
	if err == nil {
		err = f.mark(demo) // whoever does not hold the folder writes nothing into it
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Path returns the path of a file in the folder.
func (f *Folder) Path(name string) string { return filepath.Join(f.path, name) }

// Close lets another process have the folder.
func (f *Folder) Close() error { return f.lock.Close() }

func (f *Folder) hold() error {
	err := syscall.Flock(int(f.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return fmt.Errorf("another process runs on %s: stop it, or give this one its own --data", f.path)
	}
	if err != nil {
		return fmt.Errorf("locking the data folder: %w", err)
	}
	return nil
}

func (f *Folder) mark(demo bool) error {
	text, err := os.ReadFile(f.Path(markFile))
	if errors.Is(err, fs.ErrNotExist) {
		return f.makeMark(demo)
	}
	if err != nil {
		return fmt.Errorf("reading the data folder's mark: %w", err)
	}
	var mark folderMark
	if err := json.Unmarshal(text, &mark); err != nil {
		return fmt.Errorf("reading %s: %w", f.Path(markFile), err)
	}
	switch {
	case mark.Format > folderFormat:
		return fmt.Errorf("%s has format %d, made by a newer version; this one knows %d: run the newer version, or use another --data",
			f.path, mark.Format, folderFormat)
	case demo && !mark.Demo:
		return fmt.Errorf("%s was not made by a demo: --demo would add known credentials to it; use another --data", f.path)
	case !demo && mark.Demo:
		return fmt.Errorf("%s was made by a demo and holds known credentials: add --demo, or use another --data", f.path)
	}
	return nil
}

func (f *Folder) makeMark(demo bool) error {
	text, err := json.Marshal(folderMark{Format: folderFormat, Demo: demo})
	if err != nil {
		return fmt.Errorf("writing the data folder's mark: %w", err)
	}
	if err := renameio.WriteFile(f.Path(markFile), append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("writing the data folder's mark: %w", err)
	}
	return nil
}

// refuseForeign leaves a folder alone that holds something, and not our mark. A lock without a mark
// is what a process leaves that was killed as it began.
func refuseForeign(path string) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		return fmt.Errorf("reading the data folder: %w", err)
	}
	ours := len(entries) == 0
	for _, entry := range entries {
		ours = ours || entry.Name() == markFile || entry.Name() == lockFile && len(entries) == 1
	}
	if !ours {
		return fmt.Errorf("%s is not empty and not a data folder of Ventanilla: use another --data", path)
	}
	return nil
}
