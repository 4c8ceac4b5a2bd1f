#!/bin/sh
# Проверка выписки без «Летописи»: sh, openssl 3, coreutils, awk, sed, grep. Выход: 0 – подлинно, 1 – изменено, 2 – проверить нельзя.
# О собственной подмене программа не скажет: возьмите свою («letopis verify --script ПАПКА») и назовите ей выписку: sh verify-extract.sh ВЫПИСКА/data
export LC_ALL=C SSL_CERT_FILE=/dev/null SSL_CERT_DIR=/dev/null; unset CDPATH; bad=0; ca=certificates/authority.pem; log=certificates/log.pem
cannot() { echo "ПРОВЕРИТЬ НЕЛЬЗЯ: $*"; exit 2; }
for f in openssl sha256sum sha512sum awk sed grep base64 od xargs mktemp; do command -v $f >/dev/null || cannot "нет программы $f"; done
cd "${1:-$(dirname "$0")}" 2>/dev/null || cannot "нужна папка с файлами выписки"
[ -f ../bagit.txt ] || [ -f ../manifest-sha256.txt ] || cannot "это не выписка (data): сличать не с чем"
t=$(mktemp -d) || exit 2; trap 'rm -rf "$t"' EXIT
no() { echo "НЕ СХОДИТСЯ: $*"; bad=1; }
ok() { m=$1; shift; "$@" >/dev/null 2>&1 || no "$m"; }                      # ok СООБЩЕНИЕ КОМАНДА…
sum() { sha256sum | cut -c1-64; }; der() { openssl x509 -in "$1" -outform DER 2>/dev/null | sum; }; hex() { od -An -v -tx1 | tr -d ' \n'; }
bin() { printf "$(printf %s "$1" | awk '{ d = "0123456789abcdef"; for (i = 1; i < length($0); i += 2)
  printf "\\%03o", 16 * index(d, substr($0, i, 1)) + index(d, substr($0, i + 1, 1)) - 17 }')"; }
field() { sed -n 's/.*"'"$1"'":"\{0,1\}\([^",}]*\).*/\1/p' "$2"; }          # field ИМЯ ФАЙЛ
line() { sed -n "s/^$1 //p" "$2"; }                                         # line ИМЯ ФАЙЛ
num() { line "$1" "$2" | grep -xE '0|[1-9][0-9]{0,9}' || echo 0; }
list() { (cd "$1" && find . ! -type d | sed 's,^\./,,' | sort); }
says() { openssl x509 -in "$1" -noout -subject -nameopt multiline,utf8,-esc_msb 2>/dev/null | sed -n "s/^ *$2 *= //p"; }
issued() { openssl x509 -in "$1" | cmp - "$1" && openssl verify -no-CApath -no-CAstore -attime "$(date -d "$2" +%s)" -CAfile $ca "$1"; }
signed() { openssl x509 -in "$1" -pubkey -noout > "$t/key" &&
  openssl pkeyutl -verify -pubin -inkey "$t/key" -rawin -in "$2" -sigfile "$3"; }
climb() {                                                                   # climb ЛИСТ ФАЙЛ: корень дерева (RFC 6962)
  h=$1; i=$(num index "$2"); n=$(($(num size "$2") - 1)); [ "$i" -le "$n" ] || h=
  for s in $(line path "$2"); do if [ $((i % 2)) = 1 ] || [ "$i" = "$n" ]; then h=$(bin "01$s$h" | sum)
    while [ $((i % 2)) = 0 ] && [ "$i" != 0 ]; do i=$((i / 2)); n=$((n / 2)); done
    else h=$(bin "01$h$s" | sum); fi; i=$((i / 2)); n=$((n / 2)); done; [ "$n" = 0 ] || h=; }
line payload log-proof.txt > "$t/payload"
# Файлы: описи пакета (BagIt)
bag() { cd .. && printf 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n' | cmp - bagit.txt && for a in 256 512; do
  { cut -c$((a / 4 + 3))- manifest-sha$a.txt; printf '%s\n' bag-info.txt bagit.txt manifest-sha256.txt manifest-sha512.txt tagmanifest-sha256.txt \
  tagmanifest-sha512.txt; } | sort > "$t/want" && list . | cmp - "$t/want" && [ "$(wc -l < tagmanifest-sha$a.txt)" = 4 ] &&
  sha${a}sum -c --strict manifest-sha$a.txt && sha${a}sum -c --strict tagmanifest-sha$a.txt || return 1; done &&
  [ "$(cut -c67- manifest-sha256.txt | xargs cat | wc -c).$(wc -l < manifest-sha256.txt)" = "$(sed -n 's/^Payload-Oxum: //p' bag-info.txt)" ]; }
ok "опись: файл изменён, лишний или отсутствует" eval "(bag)"
# Имя выписки: буквы и цифры учётного номера как есть, прочие байты – «~» и две шестнадцатеричные цифры
l=$(field learner row.json); h=$(printf %s "$l" | hex)
l=$(printf %s "$l" | awk -v h="$h" '{ for (i = 1; i <= length($0); i++) { c = substr($0, i, 1); printf "%s", c ~ /[A-Za-z0-9]/ ? c : "~" substr(h, 2 * i - 1, 2) } }')
ok "ярлык пакета о другой выписке" [ "$(sed -n 's/^External-Identifier: //p' ../bag-info.txt)" = "$(field object "$t/payload"):$l" ]
# Журнал событий: копия скреплена печатью и внесена в реестр
p=$t/payload; at=$(field at "$p"); copy=$(field copy "$p"); version=$(field version "$p")
form() { echo "$1"; for f in $2; do echo "$f $(line $f "$3")"; done; sed -n '/^path [0-9a-f]\{64\}$/p' "$3"; }
sed '1,/^$/d' log-proof.txt > "$t/note"; { form letopis.log-proof/v1 'payload salt index size' log-proof.txt; echo; cat "$t/note"; } > "$t/form"
ok "log-proof.txt не той формы" cmp "$t/form" log-proof.txt; form letopis.row-proof/v1 'salt index size' row-proof.txt > "$t/form"
ok "row-proof.txt не той формы" cmp "$t/form" row-proof.txt; head -n 3 "$t/note" > "$t/body"; origin=$(head -n 1 "$t/body")
for f in log row; do ok "$f-proof.txt: числа" [ "$(num index $f-proof.txt) $(num size $f-proof.txt)" = "$(line index $f-proof.txt) $(line size $f-proof.txt)" ]
  ok "$f-proof.txt: соль" eval 'line salt $f-proof.txt | grep -qxE "[0-9a-f]{32}"'; done
ok "журнал событий о другой копии" grep -qF "\"object\":\"urn:letopis:$origin:$copy:v$version\"" "$p"; ok "журнал событий другой школы" [ "$origin" = "$(says $ca serialNumber)" ]
ok "журнал событий не об опечатывании" grep -qE '"event":"sealed".*"register_no":("[^"]|[1-9])' "$p"
h=$({ bin "$(line salt log-proof.txt)"; tr -d '\n' < "$p"; } | sum); climb "$(bin "00$h" | sum)" log-proof.txt
printf '%s\n' "$origin" "$(line size log-proof.txt)" "$(bin "$h" | base64)" > "$t/root"
ok "записи нет в журнале событий" cmp "$t/root" "$t/body"
sed -n '5s/.* //p' "$t/note" | base64 -d 2>/dev/null > "$t/blob"; tail -c +5 "$t/blob" > "$t/sig"; ok "подпись журнала" signed $log "$t/body" "$t/sig"
openssl x509 -in $log -pubkey -noout 2>/dev/null | grep -v -- - | base64 -d | tail -c 32 > "$t/k"; h=$({ printf '%s\n\001' "$origin"; cat "$t/k"; } | sum | cut -c1-8)
ok "ключ журнала" [ "$origin+$h+$({ printf '\001'; cat "$t/k"; } | base64)" = "$(cat certificates/log.vkey)" ]
ok "подпись журнала" [ "$h" = "$(head -c 4 "$t/blob" | hex)" ]; ok "удостоверяющий центр" issued $ca "$at"
ok "отметка журнала не той формы" [ -z "$(sed '1,3d; 5,$s/^\xe2\x80\x94 [^ +]* [A-Za-z0-9+/]*=*$//' "$t/note" | tr -d '\n')" ]
ok "чужой ключ журнала" [ "$(says $log serialNumber) $(says $log title)" = "log журнал событий" ]; ok "сертификат журнала" issued $log "$at"
# Строка ученика, уроки и подписи тех, кто отвечает за весь список
climb "$({ bin "00$(line salt row-proof.txt)"; cat row.json; } | sum)" row-proof.txt; root=$h
for f in lessons/*.json; do [ -f "$f" ] || continue; ok "$f: уроки изменены" grep -q "\"lessons\":\"$(sum < "$f")\"" row.json; done
ok "уроки не всех предметов" [ "$(grep -o '"lessons":"' row.json | wc -l)" = "$(list lessons 2>/dev/null | wc -l)" ]
for s in statements/*.txt; do k=${s#*/}; k=${k%.txt}; c=certificates/$k.pem; [ -f "$c" ] || c=certificates/${k#*-}.pem
  ok "$s: подпись" signed "$c" "$s" "${s%.txt}.sig"; ok "$s: сертификат" issued "$c" "$(field signed_at "$s")"; echo "$c" >> "$t/used"
  ok "$s: сертификат другого человека" [ "$(says "$c" serialNumber)" = "$(field signer "$s")" ]
  h="\"remarks\":\"\",\"rows_root\":\"$root\",.*\"id\":\"\(learners\|summary\)\".*\"snapshot\":\"$(field snapshot "$p")\",.*\"verdict\":\"checked_and_correct\""
  ok "$s: строки ученика в этой копии нет" grep -q "\"certificate\":\"$(der "$c")\",\"copy\":\"$copy\",\"issued_pdf\":\"$(field issued_pdf "$p")\",.*$h,\"version\":$version}" "$s"
  ok "$s: нет в журнале событий" grep -q "\"statements\":\[[^]]*\"$(sum < "$s")\"" "$p"; done
{ cat "$t/used"; printf '%s\n' $ca $log certificates/log.vkey; ls -d statements/*.txt; ls -d statements/*.txt | sed 's/txt$/sig/'; } 2>/dev/null | sort -u > "$t/want"
ok "лишнее среди заявлений и сертификатов" eval 'ls -d certificates/* statements/* | cmp - "$t/want"'
[ $bad = 0 ] || { echo "ИЗМЕНЕНО ИЛИ НЕДЕЙСТВИТЕЛЬНО"; exit 1; }
echo "ПОДЛИННО. Сравните отпечаток удостоверяющего центра с титульным листом: $(der $ca)"
