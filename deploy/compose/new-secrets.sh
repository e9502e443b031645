#!/bin/sh
# Writes deploy/compose/.env with new secrets, readable by the owner alone. Refuses to replace one that is there: a new device secret
# ends every device's token.
set -eu
cd "$(dirname "$0")"
if [ -e .env ]; then
  echo "$(pwd)/.env is there already; remove it first if every token and password shall end" >&2
  exit 2
fi
secret() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
umask 077
cat >.env.new <<END
DEVICE_JWT_SECRET=$(secret)
STAFF_JWT_SECRET=$(secret)
REDIS_PASSWORD=$(secret)
INFLUX_TOKEN=$(secret)
INFLUX_PASSWORD=$(secret)
GRAFANA_PASSWORD=$(secret)
END
mv .env.new .env
echo "wrote $(pwd)/.env"
