package benefits

import benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"

type evaluationService struct {
	benefitsv1.UnimplementedEvaluationServiceServer
	*Service
}
