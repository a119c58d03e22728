package benefits

import benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"

type catalogueService struct {
	benefitsv1.UnimplementedCatalogueServiceServer
	*Service
}
