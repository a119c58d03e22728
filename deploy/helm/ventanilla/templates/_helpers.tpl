{{/* The release's name, which every resource's begins with. */}}
{{- define "ventanilla.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Labels that select a component's pods: (dict "root" $ "component" "auth"). They never change. */}}
{{- define "ventanilla.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "ventanilla.labels" -}}
{{ include "ventanilla.selector" . }}
app.kubernetes.io/version: {{ .root.Values.image.tag | default .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: {{ .root.Chart.Name }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{/* An image's reference: (dict "image" .Values.image "tag" default tag). */}}
{{- define "ventanilla.image" -}}
{{- if .image.digest -}}
{{- printf "%s@%s" .image.repository .image.digest -}}
{{- else -}}
{{- printf "%s:%s" .image.repository (.image.tag | default .tag) -}}
{{- end -}}
{{- end -}}

{{/* The host of the issuer's URL. */}}
{{- define "ventanilla.host" -}}
{{- (urlParse (required "issuer: the https address that partners use is required" .Values.issuer)).hostname -}}
{{- end -}}

{{/* The roles that serve RPCs over a database, one word each. */}}
{{- define "ventanilla.services" -}}
auth identity benefits notifications session
{{- end -}}

{{/* Those of them that store keys or secrets, and so need the key-encryption key. */}}
{{- define "ventanilla.keyHolders" -}}
auth identity notifications session
{{- end -}}

{{/* The address that QR codes begin with: (dict "root" $ "value" "identity.cards.validator" "given" … "path" "/c"). */}}
{{- define "ventanilla.validator" -}}
{{- $address := .given | default (printf "%s%s" .root.Values.issuer .path) -}}
{{- if gt (len $address) 28 }}{{ fail (printf "%s: %s is longer than the 28 bytes that a QR code has for it: give a shorter address of the edge" .value $address) }}{{ end -}}
{{- $address -}}
{{- end -}}

{{/* The variable with a service's database: (dict "root" $ "role" "auth"). */}}
{{- define "ventanilla.databaseEnv" -}}
- name: VENTANILLA_{{ upper .role }}__STORE__URL
  valueFrom:
    secretKeyRef:
      name: {{ (index .root.Values .role).databaseSecretName | default .root.Values.database.secretName }}
      key: {{ .root.Values.database.secretKey }}
{{- end -}}

{{/* The Secret with a role's certificate: (dict "root" $ "role" "auth"). */}}
{{- define "ventanilla.tlsSecret" -}}
{{- index .root.Values.certificates.secretNames .role | default (printf "%s-%s-tls" (include "ventanilla.fullname" .root) .role) -}}
{{- end -}}

{{- define "ventanilla.edgeSecret" -}}
{{- .Values.gateway.certificate.secretName | default (printf "%s-edge-tls" (include "ventanilla.fullname" .)) -}}
{{- end -}}

{{/* The name of etcd member n within the cluster: (dict "root" $ "member" 0). */}}
{{- define "ventanilla.etcdHost" -}}
{{- $name := printf "%s-etcd" (include "ventanilla.fullname" .root) -}}
{{- printf "%s-%d.%s.%s.svc" $name (int .member) $name .root.Release.Namespace -}}
{{- end -}}

{{- define "ventanilla.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "ventanilla.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Where a component's pods run: (dict "root" $ "component" "auth"). A node or a zone lost takes no more than its share. */}}
{{- define "ventanilla.placement" -}}
{{- $values := index .root.Values .component -}}
topologySpreadConstraints:
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "ventanilla.selector" $ | nindent 8 }}
  {{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The probes of a role. One that starts slowly is given five minutes. */}}
{{- define "ventanilla.probes" -}}
startupProbe:
  httpGet: {path: /livez, port: admin}
  periodSeconds: 2
  failureThreshold: 150
livenessProbe:
  httpGet: {path: /livez, port: admin}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /readyz, port: admin}
  periodSeconds: 2
  timeoutSeconds: 3
  failureThreshold: 2
{{- end -}}

{{/* Saying "not ready", two drains one after the other, and what telemetry may take to be sent. */}}
{{- define "ventanilla.grace" -}}
{{- add .Values.stopDelaySeconds (mul 2 .Values.drainSeconds) 10 -}}
{{- end -}}
