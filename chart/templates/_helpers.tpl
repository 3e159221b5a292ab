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

{{/* A quantity of memory in bytes, rounded down. Takes "512Mi", "1.5G", …. */}}
{{- define "whiteboard.bytes" -}}
{{- $unit := regexFind "[A-Za-z]*$" . -}}
{{- $factors := dict "" 1 "k" 1000 "M" 1000000 "G" 1000000000 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 -}}
{{- mulf (trimSuffix $unit . | float64) (get $factors $unit) | floor | int64 -}}
{{- end -}}

{{/* How many connections a replica takes: values.yaml has the arithmetic. Empty where nothing bounds them. */}}
{{- define "whiteboard.maxConnections" -}}
{{- $limit := ((.Values.backend.resources).limits).memory -}}
{{- if .Values.backend.maxConnections -}}
{{ int64 .Values.backend.maxConnections }}
{{- else if $limit -}}
{{- $bytes := include "whiteboard.bytes" (toString $limit) | int64 -}}
{{ div (sub (div (mul $bytes 3) 8) (mul 64 1024 1024)) (mul 16 1024) }}
{{- end -}}
{{- end -}}

{{/* How many replicas there are at least. */}}
{{- define "whiteboard.leastReplicas" -}}
{{- $backend := .Values.backend -}}
{{- ternary $backend.autoscaling.minReplicas ($backend.replicas | default 2) $backend.autoscaling.enabled -}}
{{- end -}}

{{/* How many replicas there are at most. */}}
{{- define "whiteboard.mostReplicas" -}}
{{- $backend := .Values.backend -}}
{{- ternary $backend.autoscaling.maxReplicas ($backend.replicas | default 2) $backend.autoscaling.enabled -}}
{{- end -}}
