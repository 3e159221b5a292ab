#!/bin/sh
# Stands in for the entry point of nginx's image, as far as the frontend relies on it: with the settings that the
# Dockerfile gives it finds the machine's name servers, and fills the templates in.
set -eu
test "$NGINX_ENTRYPOINT_LOCAL_RESOLVERS" = 1 &&
    NGINX_LOCAL_RESOLVERS=$(awk '$1 == "nameserver" { print $2 ~ ":" ? "[" $2 "]" : $2 }' ORS=' ' /etc/resolv.conf)
export NGINX_LOCAL_RESOLVERS
names=$(env | cut -d = -f 1 | grep -E "$NGINX_ENVSUBST_FILTER" | sed 's/.*/${&}/')
for template in /etc/nginx/templates/*.template; do
    envsubst "$names" <"$template" >"$NGINX_ENVSUBST_OUTPUT_DIR/$(basename "$template" .template)"
done
exec "$@"
