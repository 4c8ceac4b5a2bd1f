#!/bin/sh
# Проверка выписки без «Летописи»: sh, openssl 3, coreutils, awk. Выход: 0 – подлинно, 1 – изменено, 2 – проверить нельзя.
LC_ALL=C; export LC_ALL; unset CDPATH; bad=0; ca=certificates/authority.pem; log=certificates/log.pem
for f in openssl sha256sum sha512sum awk base64 mktemp; do command -v $f >/dev/null || { echo "Нет программы $f"; exit 2; }; done
cd "${1:-$(dirname "$0")}" && t=$(mktemp -d) || exit 2; trap 'rm -rf "$t"' EXIT
no() { echo "НЕ СХОДИТСЯ: $*"; bad=1; }
ok() { m=$1; shift; "$@" >/dev/null 2>&1 || no "$m"; }                      # ok СООБЩЕНИЕ КОМАНДА…
sum() { sha256sum | cut -c1-64; }; der() { openssl x509 -in "$1" -outform DER 2>/dev/null | sum; }
bin() { printf "$(printf %s "$1" | awk '{ d = "0123456789abcdef"; for (i = 1; i < length($0); i += 2)
  printf "\\%03o", 16 * index(d, substr($0, i, 1)) + index(d, substr($0, i + 1, 1)) - 17 }')"; }
field() { sed -n 's/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/p' "$2"; }          # field ИМЯ ФАЙЛ
line() { sed -n "s/^$1 //p" "$2"; }                                         # line ИМЯ ФАЙЛ
num() { line "$1" "$2" | grep -xE '0|[1-9][0-9]{0,9}' || echo 0; }
list() { (cd "$1" && find . ! -type d | sed 's,^\./,,' | sort); }
issued() { openssl verify -no-CApath -no-CAstore -attime "$(date -d "$2" +%s)" -CAfile $ca "$1"; }
signed() { openssl x509 -in "$1" -pubkey -noout > "$t/key" &&
  openssl pkeyutl -verify -pubin -inkey "$t/key" -rawin -in "$2" -sigfile "$3"; }
climb() {                                                                   # climb ЛИСТ ФАЙЛ: корень дерева (RFC 6962)
  h=$1; i=$(num index "$2"); n=$(($(num size "$2") - 1)); [ "$i" -le "$n" ] || h=
  for s in $(line path "$2"); do if [ $((i % 2)) = 1 ] || [ "$i" = "$n" ]; then h=$(bin "01$s$h" | sum)
    while [ $((i % 2)) = 0 ] && [ "$i" != 0 ]; do i=$((i / 2)); n=$((n / 2)); done
    else h=$(bin "01$h$s" | sum); fi; i=$((i / 2)); n=$((n / 2)); done; [ "$n" = 0 ] || h=; }
# Файлы: описи пакета (BagIt)
bag() { cd .. && for a in 256 512; do sha${a}sum -c --strict manifest-sha$a.txt tagmanifest-sha$a.txt || return 1; done &&
  { cut -c67- manifest-sha256.txt tagmanifest-sha256.txt; echo tagmanifest-sha256.txt; echo tagmanifest-sha512.txt; } |
  sort > "$t/want" && list . | cmp - "$t/want"; }
ok "опись: файл изменён, лишний или отсутствует" eval "(bag)"
# Журнал событий: копия скреплена печатью и внесена в реестр
p=$t/payload; line payload log-proof.txt > "$p"; at=$(field at "$p"); copy=$(field copy "$p"); version=$(field version "$p")
form() { echo letopis.log-proof/v1; for f in payload salt index size path; do grep "^$f " log-proof.txt; done; echo; cat "$t/note"; }
sed '1,/^$/d' log-proof.txt > "$t/note"; form > "$t/form"; ok "log-proof.txt не той формы" cmp "$t/form" log-proof.txt; head -n 3 "$t/note" > "$t/body"; origin=$(head -n 1 "$t/body")
ok "журнал событий о другой копии" grep -qF "\"object\":\"urn:letopis:$origin:$copy:v$version\"" "$p"
ok "журнал событий не об опечатывании" grep -qE '"event":"sealed".*"register_no":("[^"]|[1-9])' "$p"
h=$({ bin "$(line salt log-proof.txt)"; tr -d '\n' < "$p"; } | sum); climb "$(bin "00$h" | sum)" log-proof.txt
printf '%s\n' "$origin" "$(line size log-proof.txt)" "$(bin "$h" | base64)" > "$t/root"
ok "записи нет в журнале событий" cmp "$t/root" "$t/body"
sed -n '5s/.* //p' "$t/note" | base64 -d 2>/dev/null | tail -c 64 > "$t/sig"; ok "подпись журнала" signed $log "$t/body" "$t/sig"
openssl x509 -in $log -noout -subject -nameopt multiline > "$t/name" 2>&1; ok "чужой ключ журнала" grep 'serialNumber *= log$' "$t/name"
ok "сертификат журнала" issued $log "$at"
# Строка ученика, уроки и подписи тех, кто отвечает за весь список
climb "$({ bin "00$(line salt row-proof.txt)"; cat row.json; } | sum)" row-proof.txt; root=$h
for f in lessons/*.json; do [ -f "$f" ] || continue; ok "$f: уроки изменены" grep -q "\"lessons\":\"$(sum < "$f")\"" row.json; done
ok "уроки не всех предметов" [ "$(grep -o '"lessons":"' row.json | wc -l)" = "$(list lessons 2>/dev/null | wc -l)" ]
for s in statements/*.txt; do k=${s#*/}; k=${k%.txt}; c=certificates/$k.pem; [ -f "$c" ] || c=certificates/${k#*-}.pem
  ok "$s: подпись" signed "$c" "$s" "${s%.txt}.sig"; ok "$s: сертификат" issued "$c" "$(field signed_at "$s")"
  h="\"rows_root\":\"$root\",.*\"id\":\"\(learners\|summary\)\".*\"snapshot\":\"$(field snapshot "$p")\",.*\"verdict\":\"checked_and_correct\""
  ok "$s: строки ученика в этой копии нет" grep -q "\"certificate\":\"$(der "$c")\",\"copy\":\"$copy\",.*$h,\"version\":$version}" "$s"
  ok "$s: нет в журнале событий" grep -q "\"statements\":\[[^]]*\"$(sum < "$s")\"" "$p"; done
[ $bad = 0 ] || { echo "ИЗМЕНЕНО ИЛИ НЕДЕЙСТВИТЕЛЬНО"; exit 1; }
echo "ПОДЛИННО. Сравните отпечаток удостоверяющего центра с титульным листом: $(der $ca)"
