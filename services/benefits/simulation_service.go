package benefits

import benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"

type simulationService struct {
	benefitsv1.UnimplementedSimulationServiceServer
	*Service
}
