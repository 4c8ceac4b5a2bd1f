#!/bin/sh
# Makes the signatures of this folder anew: openssl 3 with its engine gost (Debian: libengine-gost-openssl). People and numbers are made up.
# Usage: sh make.sh FOLDER
set -eu
out=${1:?folder}; mkdir -p "$out"; t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
cat > "$t/gost.cnf" <<'CNF'
openssl_conf = conf
[conf]
engines = engines
oid_section = oids
[oids]
INNLE = 1.2.643.100.4
[engines]
gost = gost
[gost]
engine_id = gost
default_algorithms = ALL
[ca]
default_ca = own
[own]
policy = any
unique_subject = no
rand_serial = yes
email_in_dn = no
x509_extensions = extensions
[extensions]
keyUsage = critical, digitalSignature, nonRepudiation
subjectKeyIdentifier = hash
[any]
commonName = supplied
surname = optional
givenName = optional
organizationName = optional
title = optional
INN = optional
INNLE = optional
OGRN = optional
SNILS = optional
[req]
distinguished_name = dn
[dn]
CNF
export OPENSSL_CONF="$t/gost.cnf"
printf '%%PDF-1.7\nПридуманный документ: копия журнала 5А.\n%%%%EOF\n' > "$out/document.pdf"
who='/CN=Школа «Кварц»/O=Школа «Кварц»/title=Директор/SN=Гранитов/GN=Роман Ильич/INN=000000000012/INNLE=0000000034/OGRN=0000000000056/SNILS=00000000078'
# key NAME ALGORITHM [OPTION]: a key and its certificate; the term from FROM to TO
key() {
  n=$1; shift; openssl genpkey -out "$t/$n.key" "$@" 2>/dev/null
  openssl req -new -utf8 -key "$t/$n.key" -$md -subj "$who" -out "$t/$n.csr"
  : > "$t/index"; openssl ca -batch -notext -selfsign -keyfile "$t/$n.key" -in "$t/$n.csr" -md $md -startdate "$from" \
    -enddate "$to" -out "$t/$n.pem" -outdir "$t" -utf8 -preserveDN -name own 2> "$t/said" || { cat "$t/said"; exit 1; }
}
sign() { n=$1; f=$2; shift 2; openssl cms -sign -binary -signer "$t/$n.pem" -inkey "$t/$n.key" -md $md -in "$out/document.pdf" -out "$out/$f" "$@"; }
printf 'database = %s/index\nnew_certs_dir = %s\n' "$t" "$t" > "$t/own"; sed -i "/^\[own\]/r $t/own" "$t/gost.cnf"
from=20260101000000Z; to=20360101000000Z
md=md_gost12_256; for c in A B C TCA TCB TCC TCD; do key "g$c" -algorithm gost2012_256 -pkeyopt paramset:$c; sign "g$c" gost256-$c.sig -cades -outform DER; done
sign gA gost256.p7s -cades -outform PEM; sign gA gost256-keyid.sig -cades -outform DER -keyid
sign gA plain.sig -outform DER; sign gA attached.sig -cades -nodetach -outform DER
openssl base64 -in "$out/gost256-A.sig" -out "$out/gost256-bare.sig"; openssl x509 -in "$t/gA.pem" -outform DER -out "$out/certificate.cer"
md=md_gost12_512; for c in A B C; do key "h$c" -algorithm gost2012_512 -pkeyopt paramset:$c; sign "h$c" gost512-$c.sig -cades -outform DER; done
md=sha256; key r -algorithm RSA -pkeyopt rsa_keygen_bits:2048; sign r rsa.sig -cades -outform DER
key e -algorithm EC -pkeyopt ec_paramgen_curve:P-256; sign e ecdsa.sig -cades -outform DER
md=sha1; sign r sha1.sig -cades -outform DER
md=md_gost94; key o -algorithm gost2001 -pkeyopt paramset:A; sign o gost2001.sig -cades -outform DER
from=20200101000000Z; to=20210101000000Z; md=md_gost12_256; key x -algorithm gost2012_256 -pkeyopt paramset:A; sign x expired.sig -cades -outform DER
