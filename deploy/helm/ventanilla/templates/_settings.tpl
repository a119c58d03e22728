{{/* Settings of all roles: (dict "root" $ "role" "auth"). */}}
{{- define "ventanilla.settings.common" -}}
stop_delay: {{ .root.Values.stopDelaySeconds }}s
admin:
  listen: ":9090"
tls:
  ca: /etc/ventanilla/tls/ca.crt
  cert: /etc/ventanilla/tls/tls.crt
  key: /etc/ventanilla/tls/tls.key
rpc:
  drain_time: {{ .root.Values.drainSeconds }}s
discovery:
  endpoints:
    {{- if .root.Values.etcd.enabled }}
    {{- range $member := until (int .root.Values.etcd.replicas) }}
    - https://{{ include "ventanilla.etcdHost" (dict "root" $.root "member" $member) }}:2379
    {{- end }}
    {{- else }}
    {{- if not .root.Values.etcd.endpoints }}{{ fail "etcd.endpoints: required where etcd.enabled is false" }}{{ end }}
    {{- toYaml .root.Values.etcd.endpoints | nindent 4 }}
    {{- end }}
internal_roles: {{ toJson .root.Values.internalRoles }}
auth:
  issuer: {{ required "issuer: the https address that partners use is required" .root.Values.issuer | quote }}
{{- end -}}

{{- define "ventanilla.settings.auth" -}}
rpc:
  listen: ":9001"
auth:
  clave_unica:
    userinfo_url: {{ .root.Values.auth.claveUnica.userinfoURL | quote }}
    staging_userinfo_url: {{ .root.Values.auth.claveUnica.stagingUserinfoURL | quote }}
{{- end -}}

{{- define "ventanilla.settings.identity" -}}
{{- $cards := .root.Values.identity.cards -}}
rpc:
  listen: ":9001"
identity:
  cards:
    validator: {{ include "ventanilla.validator" (dict "root" .root "value" "identity.cards.validator" "given" $cards.validator "path" "/c") | quote }}
    staging_validator: {{ include "ventanilla.validator" (dict "root" .root "value" "identity.cards.stagingValidator" "given" $cards.stagingValidator "path" "/cs") | quote }}
{{- end -}}

{{- define "ventanilla.settings.benefits" -}}
rpc:
  listen: ":9001"
{{- end -}}

{{- define "ventanilla.settings.notifications" -}}
rpc:
  listen: ":9001"
notifications:
  public_url: {{ .root.Values.issuer | quote }}
  {{- if .root.Values.notifications.receipts.enabled }}
  receipts:
    listen: ":8088"
  {{- end }}
  {{- with .root.Values.notifications.bounces.domain }}
  bounces:
    listen: ":2525"
    domain: {{ . | quote }}
  {{- end }}
{{- end -}}

{{- define "ventanilla.settings.session" -}}
rpc:
  listen: ":9001"
{{- end -}}

{{- define "ventanilla.settings.gateway" -}}
admin:
  rpc_listen: ":9443"
edge:
  listen: ":8443"
  http_listen: {{ .root.Values.gateway.service.plainHTTP | ternary ":8080" "" | quote }}
  tls:
    cert_file: /etc/ventanilla/edge/tls.crt
    key_file: /etc/ventanilla/edge/tls.key
  trusted_proxies: {{ toJson .root.Values.gateway.trustedProxies }}
  timeouts:
    drain: {{ .root.Values.drainSeconds }}s
{{- end -}}

{{/* The settings file of a role: what the chart makes, under what the values say. */}}
{{- define "ventanilla.settings" -}}
{{- $settings := include "ventanilla.settings.common" . | fromYaml -}}
{{- $settings = mergeOverwrite $settings (include (printf "ventanilla.settings.%s" .role) . | fromYaml) -}}
{{- $settings = mergeOverwrite $settings (deepCopy .root.Values.settings) -}}
{{- $settings = mergeOverwrite $settings (deepCopy (index .root.Values .role).settings) -}}
{{- toYaml $settings -}}
{{- end -}}
