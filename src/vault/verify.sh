#!/bin/sh
# Проверка записи без «Летописи»: sh, openssl 3, coreutils, awk. Выход: 0 – подлинно, 1 – изменено, 2 – проверить нельзя.
# Вложения внутри PDF и листы каждого подписавшего (их связывают подписи и журнал) отдельно сличает «letopis verify».
LC_ALL=C; export LC_ALL; unset CDPATH; bad=0; ca=certificates/authority.pem; log=certificates/log.pem
for f in openssl sha256sum sha512sum awk base64 xargs mktemp; do command -v $f >/dev/null || { echo "Нет программы $f"; exit 2; }; done
cd "${1:-$(dirname "$0")}" && t=$(mktemp -d) || exit 2; trap 'rm -rf "$t"' EXIT
no() { echo "НЕ СХОДИТСЯ: $*"; bad=1; }
ok() { m=$1; shift; "$@" >/dev/null 2>&1 || no "$m"; }                      # ok СООБЩЕНИЕ КОМАНДА…
sum() { sha256sum | cut -c1-64; }; der() { openssl x509 -in "$1" -outform DER 2>/dev/null | sum; }
bin() { printf "$(printf %s "$1" | awk '{ d = "0123456789abcdef"; for (i = 1; i < length($0); i += 2)
  printf "\\%03o", 16 * index(d, substr($0, i, 1)) + index(d, substr($0, i + 1, 1)) - 17 }')"; }
field() { sed -n 's/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/p' "$2"; }          # field ИМЯ ФАЙЛ
line() { sed -n "s/^$1 //p" log-proof.txt; }
num() { line "$1" | grep -xE '0|[1-9][0-9]{0,9}' || echo 0; }
list() { (cd "$1" && find . ! -type d | sed 's,^\./,,' | sort); }
issued() { openssl verify -no-CApath -no-CAstore -attime "$(date -d "$2" +%s)" -CAfile $ca "$1"; }
signed() { openssl x509 -in "$1" -pubkey -noout > "$t/key" &&
  openssl pkeyutl -verify -pubin -inkey "$t/key" -rawin -in "$2" -sigfile "$3"; }
# Файлы: опись записи архива (OCFL) или описи пакета (BagIt)
ocfl() { cd ../.. && sha512sum -c --strict inventory.json.sha512 && cmp inventory.json v1/inventory.json &&
  cmp inventory.json.sha512 v1/inventory.json.sha512 && [ "$(cat 0=ocfl_object_1.1)" = ocfl_object_1.1 ] &&
  awk -F'"' '/"fixity"/ { exit } $3 ~ /\[/ { for (i = 4; i < NF; i += 2) print $2 "  " $i }' inventory.json > "$t/sums" &&
  sha512sum -c --strict "$t/sums" && { cut -c131- "$t/sums"; echo 0=ocfl_object_1.1; for f in inventory.json inventory.json.sha512
  do echo $f; echo v1/$f; done; } | sort > "$t/want" && list . | cmp - "$t/want"; }
bag() { cd .. && for a in 256 512; do sha${a}sum -c --strict manifest-sha$a.txt tagmanifest-sha$a.txt || return 1; done &&
  { cut -c67- manifest-sha256.txt tagmanifest-sha256.txt; echo tagmanifest-sha256.txt; echo tagmanifest-sha512.txt; } |
  sort > "$t/want" && list . | cmp - "$t/want"; }
kind=bag; [ -d ../../v1 ] && kind=ocfl; ok "опись: файл изменён, лишний или отсутствует" eval "($kind)"
# Журнал событий: что скреплено печатью, путь от записи до корня дерева (RFC 6962), подпись журнала
p=$t/payload; line payload > "$p"; at=$(field at "$p"); copy=$(field copy "$p"); version=$(field version "$p")
for f in sealed_pdf:sealed.pdf issued_pdf:issued.pdf snapshot:snapshot.json content:; do file=${f#*:}
  if [ "$file" ]; then h=$(sum < "$file"); else h=$(list . | grep -vx log-proof.txt | xargs sha256sum | sum); fi
  ok "${file:-состав записи}: не то, что в журнале событий" [ "$h" = "$(field "${f%:*}" "$p")" ]; done
form() { echo letopis.log-proof/v1; for f in payload salt index size path; do grep "^$f " log-proof.txt; done; echo; cat "$t/note"; }
sed '1,/^$/d' log-proof.txt > "$t/note"; form > "$t/form"; ok "log-proof.txt не той формы" cmp "$t/form" log-proof.txt; head -n 3 "$t/note" > "$t/body"; origin=$(head -n 1 "$t/body")
ok "журнал событий о другой копии" grep -qF "\"object\":\"urn:letopis:$origin:$copy:v$version\"" "$p"
ok "журнал событий не об опечатывании" grep -qE '"event":"sealed".*"register_no":("[^"]|[1-9])' "$p"
i=$(num index); n=$(($(num size) - 1)); h=$({ bin "$(line salt)"; tr -d '\n' < "$p"; } | sum); h=$(bin "00$h" | sum)
for s in $(line path); do if [ $((i % 2)) = 1 ] || [ "$i" = "$n" ]; then h=$(bin "01$s$h" | sum)
  while [ $((i % 2)) = 0 ] && [ "$i" != 0 ]; do i=$((i / 2)); n=$((n / 2)); done
  else h=$(bin "01$h$s" | sum); fi; i=$((i / 2)); n=$((n / 2)); done; [ "$n" = 0 ] || no "путь в журнале событий"
printf '%s\n' "$origin" "$(line size)" "$(bin "$h" | base64)" > "$t/root"; ok "записи нет в журнале событий" cmp "$t/root" "$t/body"
sed -n '5s/.* //p' "$t/note" | base64 -d 2>/dev/null | tail -c 64 > "$t/sig"; ok "подпись журнала" signed $log "$t/body" "$t/sig"
openssl x509 -in $log -noout -subject -nameopt multiline > "$t/name" 2>&1; ok "чужой ключ журнала" grep 'serialNumber *= log$' "$t/name"
ok "сертификат журнала" issued $log "$at"; ok "не тот удостоверяющий центр" [ "$(der $ca)" = "$(field authority snapshot.json)" ]
# Люди и печать: подписи, сертификаты, состав маршрута, печать в PDF
for s in statements/*.txt; do k=${s#*/}; k=${k%.txt}; c=certificates/$k.pem; [ -f "$c" ] || c=certificates/${k#*-}.pem
  ok "$s: подпись" signed "$c" "$s" "${s%.txt}.sig"; ok "$s: сертификат" issued "$c" "$(field signed_at "$s")"
  h="\"issued_pdf\":\"$(field issued_pdf "$p")\",.*\"snapshot\":\"$(field snapshot "$p")\",.*\"verdict\":\"checked_and_correct\""
  ok "$s: о другой копии или отказ" grep -q "\"certificate\":\"$(der "$c")\",\"copy\":\"$copy\",$h,\"version\":$version}" "$s"
  echo "$(field stage "$s") $(field signer "$s")" >> "$t/have"; done
sed 's/.*"route":\[//; s/\],"rows_root".*//' snapshot.json | grep -oE '"id":"[^"]*","(signers|patronymic)"' |
  awk -F'"' '$6 == "signers" { stage = $4; next } { print stage, $4 }' | sort > "$t/want"
sort -o "$t/have" "$t/have"; ok "маршрут: подписи нет, она лишняя или повторена" cmp "$t/have" "$t/want"
seal() { [ "$1 $(($3 + $4))" = "0 $(wc -c < sealed.pdf)" ] && { head -c "$2" sealed.pdf; tail -c "$4" sealed.pdf; } > "$t/data" &&
  bin "$(tail -c +$(($2 + 2)) sealed.pdf | head -c $(($3 - $2 - 2)))" > "$t/cms" && openssl cms -verify -binary -inform DER \
  -in "$t/cms" -content "$t/data" -CAfile $ca -purpose any -attime "$(date -d "$at" +%s)" -out /dev/null; }
h=$(grep -a -o '/ByteRange *\[[^]]*\]' sealed.pdf | tr -dc '0-9 '); ok "печать в sealed.pdf" eval "(seal $h)"
[ $bad = 0 ] || { echo "ИЗМЕНЕНО ИЛИ НЕДЕЙСТВИТЕЛЬНО"; exit 1; }
echo "ПОДЛИННО. Сравните отпечаток удостоверяющего центра с титульным листом: $(field authority snapshot.json)"
