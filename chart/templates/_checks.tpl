{{/* How long a replica takes to leave behind its drain window: WHITEBOARD_DRAIN_SECONDS in README. */}}
{{- define "whiteboard.leavingSeconds" -}}15{{- end -}}

{{/* How long the start-up probe waits. */}}
{{- define "whiteboard.startupSeconds" -}}60{{- end -}}

{{/* Refuses values that contradict each other, with the sentence that helps. */}}
{{- define "whiteboard.check" -}}
{{- $backend := .Values.backend -}}
{{- $scaling := $backend.autoscaling -}}
{{- $leaving := include "whiteboard.leavingSeconds" . | int -}}
{{- $needed := add $backend.preStopSeconds $backend.drainSeconds $leaving -}}
{{- if lt (int $backend.terminationGracePeriodSeconds) (int $needed) -}}
  {{- fail (printf "backend.terminationGracePeriodSeconds is %v, but a replica takes up to %d s to leave: preStopSeconds %v + drainSeconds %v + %d. Raise it to %d, or shorten the drain." $backend.terminationGracePeriodSeconds $needed $backend.preStopSeconds $backend.drainSeconds $leaving $needed) -}}
{{- end -}}
{{- if lt (int $backend.minReadySeconds) (int $backend.drainSeconds) -}}
  {{- fail (printf "backend.minReadySeconds is %v, but drains last %v s and a roll-out does not wait for them: too many replicas would drain at once. Raise it to backend.drainSeconds." $backend.minReadySeconds $backend.drainSeconds) -}}
{{- end -}}
{{- $startup := add (include "whiteboard.startupSeconds" . | int) $backend.minReadySeconds -}}
{{- if le (int $backend.progressDeadlineSeconds) (int $startup) -}}
  {{- fail (printf "backend.progressDeadlineSeconds is %v, but a replica may take %d s until it counts as available: start-up and minReadySeconds. Raise it above that." $backend.progressDeadlineSeconds $startup) -}}
{{- end -}}
{{- $connections := include "whiteboard.maxConnections" . -}}
{{- if and $connections (lt (int64 $connections) 100) -}}
  {{- fail (printf "backend.resources.limits.memory is %v: a replica needs 64 MiB and five eighths of the limit for itself, which leaves room for %s connections. Raise it." $backend.resources.limits.memory $connections) -}}
{{- end -}}
{{- if $scaling.enabled -}}
  {{- if hasKey $backend "replicas" -}}
    {{- fail "backend.replicas is fixed while the autoscaler is on: set backend.autoscaling.minReplicas, or backend.autoscaling.enabled=false." -}}
  {{- end -}}
  {{- if lt (int $scaling.maxReplicas) (int $scaling.minReplicas) -}}
    {{- fail (printf "backend.autoscaling.maxReplicas is %v, less than minReplicas %v." $scaling.maxReplicas $scaling.minReplicas) -}}
  {{- end -}}
  {{- if not (($backend.resources).requests).cpu -}}
    {{- fail "The autoscaler counts in backend.resources.requests.cpu, which is not set: set it, or backend.autoscaling.enabled=false." -}}
  {{- end -}}
{{- end -}}
{{- if and .Values.redis.enabled .Values.externalRedis.url -}}
  {{- fail "Both redis.enabled and externalRedis.url: for an external Redis set redis.enabled=false, for the chart's own leave externalRedis.url empty." -}}
{{- end -}}
{{- if not (or .Values.redis.enabled .Values.externalRedis.url) -}}
  {{- fail "No Redis: set externalRedis.url, or redis.enabled=true." -}}
{{- end -}}
{{- if regexMatch ":[^@/]*@" (trimPrefix "redis:" (trimPrefix "rediss:" .Values.externalRedis.url)) -}}
  {{- fail "externalRedis.url has a password in it, which everybody could read: put it into a Secret and name it in externalRedis.existingSecret." -}}
{{- end -}}
{{- include "whiteboard.checkPassword" . -}}
{{- end -}}

{{- define "whiteboard.checkPassword" -}}
{{- $global := .Values.global.redis | default dict -}}
{{- range list "password" "existingSecret" -}}
  {{- if and (hasKey $global .) (not (get $global .)) -}}
    {{- fail (printf "global.redis.%s is set to nothing: was a shell variable empty? Give it a value, or leave it out for a Redis without a password." .) -}}
  {{- end -}}
{{- end -}}
{{- $ways := list -}}
{{- if $global.password }}{{ $ways = append $ways "global.redis.password" }}{{ end -}}
{{- if $global.existingSecret }}{{ $ways = append $ways "global.redis.existingSecret" }}{{ end -}}
{{- if (.Values.redis.auth).generate }}{{ $ways = append $ways "redis.auth.generate" }}{{ end -}}
{{- if .Values.externalRedis.existingSecret }}{{ $ways = append $ways "externalRedis.existingSecret" }}{{ end -}}
{{- if gt (len $ways) 1 -}}
  {{- fail (printf "Redis' password comes from %s: choose one." (join " and " $ways)) -}}
{{- end -}}
{{- if and (not .Values.redis.enabled) (.Values.redis.auth).generate -}}
  {{- fail "redis.auth.generate makes a password for the chart's own Redis, which is off: put the external one's into a Secret and name it in externalRedis.existingSecret." -}}
{{- end -}}
{{- if and .Values.redis.enabled (or .Values.externalRedis.existingSecret .Values.externalRedis.caSecret) -}}
  {{- fail "externalRedis.existingSecret or caSecret is set, but the chart's own Redis is on: set redis.enabled=false and externalRedis.url, or global.redis.existingSecret." -}}
{{- end -}}
{{- if and .Values.externalRedis.caSecret (not (hasPrefix "rediss://" .Values.externalRedis.url)) -}}
  {{- fail "externalRedis.caSecret needs TLS: an externalRedis.url that begins with rediss://." -}}
{{- end -}}
{{- end -}}
