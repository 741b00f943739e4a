# /etc/profile.d/matchdesk.sh: every session on this machine works with the machine's station.
export MATCHDESK_SOCKET=/run/matchdesk/matchdesk.sock
