package admin

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/services/cmd/internal/catalogfile"
)

const (
	// maxCatalogFiles bounds the files of folders, maxCatalog what they say: as much as a call takes.
	maxCatalogFiles = 1000
	maxCatalog      = 1 << 20
)

// CatalogFiles are files with a part of a catalogue.
type CatalogFiles struct {
	Files []string `arg:"" help:"YAML files, folders of them (.yaml and .yml, folders in them too), or - for standard input." placeholder:"FILE"`
}

// read reads them all, or tells all that is wrong with them.
func (c CatalogFiles) read(in Input) (*catalogfile.Files, error) {
	names, err := c.names()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUsage, err)
	}
	files := catalogfile.New()
	var faults []error
	for _, name := range names {
		text, err := readCatalog(name, in)
		if err == nil {
			err = files.Add(name, text)
		}
		faults = append(faults, err)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("%w: the files cannot be read (docs/catalogue.md says how they are written):\n%w", ErrUsage, err)
	}
	if size := proto.Size(files.Import); size > maxCatalog {
		return nil, fmt.Errorf("%w: the files say %d KiB and a call takes %d: give some of them at a time", ErrUsage, size>>10, maxCatalog>>10)
	}
	return files, nil
}

// names are those of the files, in the order given and, in folders, by name.
func (c CatalogFiles) names() ([]string, error) {
	var names []string
	for _, given := range c.Files {
		info, err := os.Stat(given)
		if given == "-" || err == nil && !info.IsDir() {
			names = append(names, given)
			continue
		}
		if err != nil {
			return nil, err
		}
		before := len(names)
		err = filepath.WalkDir(given, func(path string, entry fs.DirEntry, err error) error {
			ending := strings.ToLower(filepath.Ext(path))
			switch {
			case err != nil:
				return err
			case len(names) > maxCatalogFiles:
				return fmt.Errorf("%s holds more than %d files", given, maxCatalogFiles)
			case !entry.IsDir() && (ending == ".yaml" || ending == ".yml"):
				names = append(names, path)
			}
			return nil
		})
		if err == nil && len(names) == before {
			err = fmt.Errorf("%s holds no file that ends in .yaml or .yml", given)
		}
		if err != nil {
			return nil, err
		}
	}
	return names, nil
}

// readCatalog reads a file, and no more than one byte too many of it.
func readCatalog(name string, in Input) ([]byte, error) {
	source := in.Reader
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		source = file
	}
	text, err := io.ReadAll(io.LimitReader(source, catalogfile.MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return text, nil
}

// at is a field of the request with the place where a file has it.
func at(files *catalogfile.Files, field string) string {
	if place, known := files.Place(field); known {
		return place.String() + ": " + field
	}
	return field
}

// placed is an error of the service whose fields are told with their places in the files.
func placed(err error, files *catalogfile.Files) error {
	fields := rpcerr.Fields(err)
	if len(fields) == 0 {
		return err
	}
	var options []rpcerr.Option
	for _, f := range fields {
		options = append(options, rpcerr.Field(at(files, f.Field), f.Description))
	}
	told := rpcerr.Public(rpcerr.New(rpcerr.Reason(err), status.Convert(err).Message(), options...))
	return status.FromProto(told.Proto()).Err()
}
