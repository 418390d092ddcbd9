#!/bin/sh
# From nothing to a filtered alert with curl alone: HUB, UNIT, HOUSING and POLICE (tokens) are set. Usage: integrate.sh
set -eu
here=$(dirname "$0")
samples=$here/../../schemas/examples

ask() { # ask TOKEN PATH …: what the hub answers; any refusal ends the script with the hub's own words
  token=$1 path=$2
  shift 2
  curl --silent --show-error --fail-with-body --header "Authorization: Bearer $token" "$@" "$HUB$path"
}
publish() { # publish TOKEN FILE: one update; a receipt comes back
  ask "$1" /v1/updates --header 'Content-Type: application/cloudevents+json' --data-binary "@$2" && echo
}

# The form of what is published, before anybody has a token.
curl --silent --show-error --fail --output /dev/null "$HUB/v1/schemas/custody.person.arrested/versions/1"

publish "$UNIT" "$samples/programme.cohort.decided.v1.json"   # somebody comes onto the programme
publish "$UNIT" "$samples/programme.agency.involved.v1.json"  # housing is said to work the case

# Housing confirms it, by the message that it was told: the second column of its own feed.
message=$(ask "$HOUSING" '/v1/feed?format=csv' | grep programme.agency.involved | cut -d, -f2)
sed "s/\"update\": *\"[^\"]*\"/\"update\": \"$message\"/" "$samples/trust.fact.confirmed.v1.json" | publish "$HOUSING" -

publish "$POLICE" "$samples/custody.person.arrested.v1.json"  # the arrest, with offence, station, test and all

# What housing is to act on: it is there within a second.
tries=0
until alerts=$(ask "$HOUSING" /v1/alerts) && echo "$alerts" | grep --quiet 'was arrested'; do
  tries=$((tries + 1))
  [ "$tries" -lt 50 ] || { echo 'no alert came' >&2; exit 1; }
  sleep 0.2
done
echo "$alerts"

# What housing was told of the arrest, as its spreadsheet takes it in. The offence is nowhere.
told=$(ask "$HOUSING" '/v1/feed?format=csv')
echo "$told"
if echo "$alerts $told" | grep --quiet 'burglary'; then
  echo 'housing was told the offence' >&2
  exit 1
fi
