{{/* A quantity of memory in bytes, rounded down. Takes "512Mi", "1.5G", …. */}}
{{- define "redis.bytes" -}}
{{- $unit := regexFind "[A-Za-z]*$" . -}}
{{- $factors := dict "" 1 "k" 1000 "M" 1000000 "G" 1000000000 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 -}}
{{- mulf (trimSuffix $unit . | float64) (get $factors $unit) | floor | int64 -}}
{{- end -}}
