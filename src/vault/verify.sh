#!/bin/sh
# Проверка записи без «Летописи»: sh, openssl 3, coreutils, awk, sed, grep, gzip. Выход: 0 – подлинно, 1 – изменено, 2 – проверить нельзя.
# О собственной подмене программа не скажет: возьмите свою («letopis verify --script ПАПКА») и назовите ей запись: sh verify.sh ЗАПИСЬ/v1/content
export LC_ALL=C SSL_CERT_FILE=/dev/null SSL_CERT_DIR=/dev/null; unset CDPATH; bad=0; ca=certificates/authority.pem; log=certificates/log.pem; seal=certificates/seal.pem
cannot() { echo "ПРОВЕРИТЬ НЕЛЬЗЯ: $*"; exit 2; }; no() { echo "НЕ СХОДИТСЯ: $*"; bad=1; }; ok() { m=$1; shift; "$@" >/dev/null 2>&1 || no "$m"; }
for f in openssl sha256sum sha512sum awk sed grep gzip base64 od xargs mktemp; do command -v $f >/dev/null || cannot "нет программы $f"; done
rules=$(cd "$(dirname "$0")" && pwd)/verify.awk; [ -f "$rules" ] || cannot "рядом с verify.sh нет verify.awk"
cd "${1:-$(dirname "$0")}" 2>/dev/null || cannot "нужна папка с файлами записи; PDF отдельно проверяют pdfsig и pdfdetach"
kind=; [ ! -f ../bagit.txt ] && [ ! -f ../manifest-sha256.txt ] || kind=bag; [ ! -f ../../0=ocfl_object_1.1 ] || kind=ocfl
[ $kind ] && t=$(mktemp -d) || cannot "это не запись архива (v1/content) и не пакет (data): сличать не с чем"; trap 'rm -rf "$t"' EXIT
sum() { sha256sum | cut -c1-64; }; der() { openssl x509 -in "$1" -outform DER 2>/dev/null | sum; }; epoch() { date -d "$1" +%s; }
bin() { printf "$(awk '{ d = "0123456789abcdef"; for (i = 1; i < length($0); i += 2)
  printf "\\%03o", 16 * index(d, substr($0, i, 1)) + index(d, substr($0, i + 1, 1)) - 17 }')"; }; hex() { od -An -v -tx1 | tr -d ' \n'; }
list() { (cd "$1" && find . ! -type d | sed 's,^\./,,' | sort); }; field() { sed -n 's/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/p' "$2"; }
says() { openssl x509 -in "$1" -noout -subject -nameopt multiline,utf8,-esc_msb 2>/dev/null | sed -n "s/^ *$2 *= //p"; }
issued() { openssl x509 -in "$1" | cmp - "$1" && openssl verify -check_ss_sig -no-CApath -no-CAstore -attime "$(epoch "$2")" -CAfile $ca "$1"; }
signed() { openssl x509 -in "$1" -pubkey -noout > "$t/key" && openssl pkeyutl -verify -pubin -inkey "$t/key" -rawin -in "$2" -sigfile "$3"; }
same() { [ "$(sum)" = "$(field "$1" "$p")" ]; }; text() { sed 's/[\\"]/\\&/g; s/$/\\n/' "$1" | tr -d '\n'; }
# Файлы: опись записи архива (OCFL) или описи пакета (BagIt), и то, что внесено о них в журнал событий
ocfl() { cd ../.. && sha512sum -c --strict inventory.json.sha512 && [ "$(cat 0=ocfl_object_1.1)" = ocfl_object_1.1 ] && [ -z "$(find . -type d -empty)" ] &&
  awk -F'"' '/"fixity"/ { exit } $3 ~ /\[/ { for (i = 4; i < NF; i += 2) print $2 "  " $i }' inventory.json > "$t/sums" && sha512sum -c --strict "$t/sums" &&
  { cut -c131- "$t/sums"; echo 0=ocfl_object_1.1; for f in inventory.json inventory.json.sha512; do cmp -s $f v1/$f && echo $f && echo v1/$f; done; } |
  sort > "$t/want" && list . | cmp - "$t/want" && case "${PWD##*/} $(sed -n 's/^  "id": "\(.*\)",$/\1/p' inventory.json)" in "$copy-v$version "*":$copy:v$version") ;; *) false; esac; }
bag() { cd .. && printf 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n' | cmp - bagit.txt && for a in 256 512; do
  { cut -c$((a / 4 + 3))- manifest-sha$a.txt; printf '%s\n' bag-info.txt bagit.txt manifest-sha256.txt manifest-sha512.txt tagmanifest-sha256.txt \
  tagmanifest-sha512.txt; } | sort > "$t/want" && list . | cmp - "$t/want" && [ "$(wc -l < tagmanifest-sha$a.txt)" = 4 ] &&
  sha${a}sum -c --strict manifest-sha$a.txt && sha${a}sum -c --strict tagmanifest-sha$a.txt || return 1; done &&
  [ "$(cut -c67- manifest-sha256.txt | xargs cat | wc -c).$(wc -l < manifest-sha256.txt)" = "$(sed -n 's/^Payload-Oxum: //p' bag-info.txt)" ]; }
p=$t/payload; sed -n 's/^payload //p' log-proof.txt > "$p"; at=$(field at "$p"); copy=$(field copy "$p"); version=$(field version "$p")
ok "файл изменён, лишний, отсутствует, или имя записи не то" eval "($kind)"; for f in README.txt dc.xml premis.xml verify.sh; do ok "нет $f" [ -f $f ]; done
for f in sealed issued; do ok "$f.pdf не тот, что в журнале событий" eval "same ${f}_pdf < $f.pdf"; done
list . | grep -vx log-proof.txt | xargs sha256sum > "$t/all"; ! grep -q '"content":' "$p" || ok "состав записи не тот, что в журнале событий" same content < "$t/all"
# Журнал событий: подпись под размером и корнем его дерева (C2SP signed-note); удостоверяющий центр
sed '1,/^$/d' log-proof.txt > "$t/note"; head -n 3 "$t/note" > "$t/body"; sed -n '5s/.* //p' "$t/note" | base64 -d 2>/dev/null > "$t/blob"; tail -c +5 "$t/blob" > "$t/sig"
openssl x509 -in $log -pubkey -noout 2>/dev/null | grep -v -- - | base64 -d | tail -c 32 > "$t/k"; o=$(head -n 1 "$t/body"); h=$({ printf '%s\n\001' "$o"; cat "$t/k"; } | sum)
ok "ключ журнала" [ "$o+$(echo "$h" | cut -c1-8)+$({ printf '\001'; cat "$t/k"; } | base64)" = "$(cat certificates/log.vkey)" ]
ok "подпись журнала" [ "$(echo "$h" | cut -c1-8)" = "$(head -c 4 "$t/blob" | hex)" ]; ok "подпись журнала" signed $log "$t/body" "$t/sig"
ok "отметка журнала не той формы" [ -z "$(sed '1,3d; 5,$s/^\xe2\x80\x94 [^ +]* [A-Za-z0-9+/]*=*$//' "$t/note" | tr -d '\n')" ]
ok "чужой ключ журнала" [ "$(says $log serialNumber) $(says $log title)" = "log журнал событий" ]; ok "сертификат журнала" issued $log "$at"
ok "удостоверяющий центр" issued $ca "$at"; ok "удостоверяющий центр не тот, что в снимке" [ "$(der $ca)" = "$(field authority snapshot.json)" ]
# Люди: подписи и сертификаты; печать в PDF и вложения под нею
for s in statements/*.txt; do k=${s#*/}; k=${k%.txt}; c=certificates/$k.pem; [ -f "$c" ] || c=certificates/${k#*-}.pem; w=$(field signed_at "$s")
  ok "$s: подпись" signed "$c" "$s" "${s%.txt}.sig"; ok "$s: сертификат" issued "$c" "$w"; echo "$s|$(epoch "$w")|$(der "$c")|$(says "$c" serialNumber)|$c" >> "$t/list"
  printf ',{"certificate":"%s","signature":"%s","statement":"%s"}' "$(text "$c")" "$(base64 < "${s%.txt}.sig" | tr -d '\n')" "$(text "$s")" >> "$t/in"; done 2>/dev/null
{ cut -d '|' -f 5 "$t/list"; printf '%s\n' $ca $log $seal certificates/log.vkey; sed 's/|.*//; p; s/txt$/sig/' "$t/list"; } | sort -u > "$t/want"
ok "лишнее среди заявлений и сертификатов" eval 'ls -d certificates/* statements/* | cmp - "$t/want"'; { printf '['; cut -c2- "$t/in" | tr -d '\n'; printf ']'; } > "$t/inside"
from() { tail -c +$(($(grep -abo "^$1 0 obj" sealed.pdf | cut -d: -f1) + 1)) sealed.pdf; }            # от дерева имён к описанию, от него к сжатому потоку
inside() { k=$(grep -ao '/EmbeddedFiles<</Names\[[^]]*' sealed.pdf | sort -u | sed -n "s/.*($1)\([0-9]*\) 0 R.*/\1/p"); k=$(from "$k" | sed -n '2s,.*/EF<</F \([0-9]*\) .*,\1,p')
  from "$k" | sed '1,/stream$/d' | tail -c +3 | { printf '\037\213\010\0\0\0\0\0\0\0'; cat; } | gzip -dc; }
ok "снимок не тот, что в PDF" eval 'inside snapshot.json | cmp - snapshot.json'; ok "заявления не те, что в PDF" eval 'inside statements.json | cmp - "$t/inside"'
seal() { [ $# = 4 ] && [ "$1 $(($3 + $4))" = "0 $(wc -c < sealed.pdf)" ] && { head -c "$2" sealed.pdf; tail -c "$4" sealed.pdf; } > "$t/data" &&
  tail -c +$(($2 + 2)) sealed.pdf | head -c $(($3 - $2 - 2)) | bin > "$t/cms" && openssl cms -verify -binary -inform DER -in "$t/cms" -content "$t/data" -CAfile $ca \
  -purpose any -attime "$(epoch "$at")" -out /dev/null -signer "$t/signer" && [ "$(der "$t/signer")" = "$(der $seal)" ] && [ "$(hex < "$t/cms" | unpad)" = "$(show -outform DER | hex | unpad)" ] &&
  { show -print -noout; openssl x509 -in $seal -noout -text; } > "$t/seal"; }; show() { openssl cms -cmsout -inform DER -in "$t/cms" "$@"; }; unpad() { sed 's/\(00\)*$//'; }
h=$(grep -ao '/ByteRange *\[[^]]*\]' sealed.pdf | tr -dc '0-9 '); ok "печать в sealed.pdf" eval "(seal $h)"; ok "печать поставлена не тогда" [ "$at" = "$(grep -ao '/M(D:[^)]*' \
  sealed.pdf | sed "s/.*D:\(....\)\(..\)\(..\)\(..\)\(..\)\(..\)\(...\)'\(..\).*/\1-\2-\3T\4:\5:\6\7:\8/")" ]
# Снимок, листы, строки учеников, маршрут, место в журнале событий, устройство печати: verify.awk называет всё, что не сходится
awk -v t="$t" -v kind=$kind -v root="$(sed -n 3p "$t/body" | base64 -d 2>/dev/null | hex)" -v frozen="$(epoch "$(field frozen_at snapshot.json)")" -v sealed="$(epoch "$at")" \
  -f "$rules" > "$t/told" 2>&1 || echo "verify.awk не справился" >> "$t/told"; [ ! -s "$t/told" ] || no "$(cat "$t/told")"
[ $bad = 0 ] || { echo "ИЗМЕНЕНО ИЛИ НЕДЕЙСТВИТЕЛЬНО"; exit 1; }; echo "ПОДЛИННО. Сравните отпечаток удостоверяющего центра с титульным листом: $(field authority snapshot.json)"
