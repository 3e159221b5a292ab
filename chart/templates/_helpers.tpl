{{/* The release, with the chart's name in it once. */}}
{{- define "whiteboard.name" -}}
{{- ternary .Release.Name (printf "%s-whiteboard" .Release.Name) (contains "whiteboard" .Release.Name) | trunc 45 | trimSuffix "-" -}}
{{- end -}}

{{- define "whiteboard.redisName" -}}
{{- printf "%s-redis" (.Release.Name | trunc 45 | trimSuffix "-") -}}
{{- end -}}

{{/* What a component's pods are chosen by. Takes (list context "component"). */}}
{{- define "whiteboard.selector" -}}
{{- $context := index . 0 -}}
app.kubernetes.io/name: whiteboard
app.kubernetes.io/instance: {{ $context.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "whiteboard.labels" -}}
{{- $context := index . 0 -}}
{{ include "whiteboard.selector" . }}
app.kubernetes.io/version: {{ $context.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $context.Release.Service }}
helm.sh/chart: {{ $context.Chart.Name }}-{{ $context.Chart.Version }}
{{- end -}}

{{/* An image's name. Takes (list context image). */}}
{{- define "whiteboard.image" -}}
{{- $image := index . 1 -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ $image.tag | default (index . 0).Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* The component that people reach. */}}
{{- define "whiteboard.entrance" -}}
{{- ternary "frontend" "backend" .Values.frontend.enabled -}}
{{- end -}}

{{/* Where Redis is. */}}
{{- define "whiteboard.redisUrl" -}}
{{- if .Values.redis.enabled -}}
redis://{{ include "whiteboard.redisName" . }}:6379
{{- else -}}
{{ .Values.externalRedis.url }}
{{- if .Values.externalRedis.caSecret }}{{ ternary "&" "?" (contains "?" .Values.externalRedis.url) }}ssl_ca_certs=/etc/whiteboard/redis-ca/ca.crt{{ end }}
{{- end -}}
{{- end -}}

{{- define "whiteboard.redisPort" -}}
{{- if .Values.redis.enabled -}}
6379
{{- else -}}
{{ regexFind ":[0-9]+$" (urlParse .Values.externalRedis.url).host | trimPrefix ":" | default "6379" }}
{{- end -}}
{{- end -}}

{{/* The Secret with Redis' password, empty if there is none. The subchart, which asks too, has no externalRedis. */}}
{{- define "whiteboard.passwordSecret" -}}
{{- $global := .Values.global.redis | default dict -}}
{{- if $global.existingSecret -}}
{{ $global.existingSecret }}
{{- else if (.Values.externalRedis).existingSecret -}}
{{ .Values.externalRedis.existingSecret }}
{{- else if or $global.password ((.Values.redis).auth).generate (.Values.auth).generate -}}
{{ include "whiteboard.redisName" . }}
{{- end -}}
{{- end -}}

{{/* What "restricted" asks of a container. */}}
{{- define "whiteboard.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* What "restricted" asks of a pod. Takes the user's number. */}}
{{- define "whiteboard.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* Where a component's pods may run. Takes (list context component values). */}}
{{- define "whiteboard.scheduling" -}}
{{- $values := index . 2 -}}
{{- with (index . 0).Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{ "topologySpreadConstraints:" }}
{{- if $values.topologySpreadConstraints }}
  {{- toYaml $values.topologySpreadConstraints | nindent 2 }}
{{- else }}
{{- $selector := include "whiteboard.selector" (list (index . 0) (index . 1)) }}
{{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels: {{- $selector | nindent 8 }}
{{- end }}
{{- end }}
{{- end -}}
