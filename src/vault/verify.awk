# Вторая половина verify.sh: всё, для чего нужно прочесть снимок, заявления и доказательство журнала событий. Печатает, что не сходится.
# Вход: папка записи; t – рабочая папка verify.sh (payload, body, list); kind – ocfl или bag; root – подписанный корень журнала событий.
function differs(message) { print message }
# Чтение канонического JSON (RFC 8785: целые, строки, ключи по алфавиту, без пробелов): R[путь] – текст значения, N[путь] – число частей.
# Знак за обратной чертой пишется одним способом; отвечает, сколько места он занял.
function escaped(  k) {
  if (C[i + 1] ~ /^["\\bfnrt]$/) return 2
  k = substr(s, i + 1, 5); if (k !~ /^u00[01][0-9a-f]$/ || k ~ /^u000[89acd]$/) differs("знак записан не так: \\" k)
  return 2 }
function word(  from) { from = ++i; while (i <= length_of && C[i] != "\"") i += C[i] == "\\" ? escaped() : 1; return substr(s, from, i++ - from) }
function value(path,  from, open, n, key, last) {
  from = i; open = C[i]
  if (open == "\"") word()
  else if (open != "{" && open != "[") { while (C[i] ~ /^[0-9]$/) i++; if (open == "0" && i > from + 1) differs(path ": число записано не так") }
  else if (C[i + 1] == "}" || C[i + 1] == "]") { N[path] = 0; i += 2 }
  else {
    do { i++; key = n++
      if (open == "{") { key = word(); i++; if (key "" <= last "") differs(path ": ключи не по алфавиту"); last = key }
      value(path "." key) } while (C[i] == ",")
    N[path] = n; i++ }
  R[path] = substr(s, from, i - from) }
# Верная запись UTF-8 (RFC 3629): без лишней длины, без половин пар, не дальше U+10FFFF.
function is_utf8(text) {
  gsub(/[\302-\337][\200-\277]|\340[\240-\277][\200-\277]|[\341-\354\356\357][\200-\277][\200-\277]|\355[\200-\237][\200-\277]/, "", text)
  gsub(/\360[\220-\277][\200-\277][\200-\277]|[\361-\363][\200-\277][\200-\277][\200-\277]|\364[\200-\217][\200-\277][\200-\277]/, "", text)
  return text !~ /[\200-\377]/ }
function load(path, file,  line) {
  s = ""; while ((getline line < file) > 0) s = line
  close(file); i = 1; length_of = split(s, C, ""); value(path)
  if (i != length_of + 1 || s ~ /[\001-\037]/ || !is_utf8(s)) differs(file ": не читается") }
function bare(path) { return substr(R[path], 2, length(R[path]) - 2) }
function plain(text) { gsub(/\\"/, "\"", text); gsub(/\\\\/, "\\", text); gsub(/(\302\240|[ \t])+/, " ", text); return text }
function name_of(path) { return bare(path ".surname") " " bare(path ".given_name") (bare(path ".patronymic") == "" ? "" : " " bare(path ".patronymic")) }
# SHA-256 от байтов, данных шестнадцатерично, и текста за ними.
function sha(digits, text,  k, command) {
  gsub(/[^0-9a-f]/, "", digits); command = digits == "" ? "sha256sum > " t "/sum" : "{ printf \""
  for (k = 1; k < length(digits); k += 2) command = command sprintf("\\%03o", 16 * index(H, substr(digits, k, 1)) + index(H, substr(digits, k + 1, 1)) - 17)
  if (digits != "") command = command "\"; cat; } | sha256sum > " t "/sum"
  printf "%s", text | command; close(command); getline k < (t "/sum"); close(t "/sum"); return substr(k, 1, 64) }
# Объект с этими ключами: значение из одного места снимка, а если там его нет, из другого.
function object(keys, one, other,  k, n, key, text) {
  n = split(keys, key, " ")
  for (k = 1; k <= n; k++) if ((one "." key[k]) in R) text = text ",\"" key[k] "\":" R[one "." key[k]]
    else if ((other "." key[k]) in R) text = text ",\"" key[k] "\":" R[other "." key[k]]
  return "{" substr(text, 2) "}" }
# Словарь объекта PDF, каким он был до печати: вторая из трёх его строк.
function dictionary(number,  command, line) {
  command = "grep -a -A 1 -x '" number " 0 obj' " t "/original"; command | getline line; line = ""; command | getline line; close(command); return line }
function reference(key, text) { return match(text, "/" key "[ [][0-9]+ 0 R") ? substr(text, RSTART + length(key) + 2) + 0 : 0 }
# Печать дописывает к PDF четыре объекта, таблицу и концовку (ISO 32000-1, 7.5.6) и ничего больше: сличается каждый знак, кроме содержимого подписи.
function revision(  n, A, W, k, m, line, command, begins, size, catalog, page, was, old, at, order, place, mark) {
  command = "grep -abo '^[0-9]* 0 obj$' sealed.pdf | tail -n 4"; command | getline line; close(command); begins = line + 0
  command = "head -c " begins " sealed.pdf > " t "/original; tail -c +" begins + 1 " sealed.pdf"
  while ((command | getline line) > 0) A[n++] = line
  close(command)
  command = "tail -n 4 " t "/original"; command | getline was; command | getline line; command | getline old; close(command)
  size = match(was, "/Size [0-9]+") ? substr(was, RSTART + 6) + 0 : 0; catalog = reference("Root", was); page = reference("Pages", dictionary(catalog))
  for (k = 0; k < 16 && dictionary(page) !~ /\/Type\/Page[^s]/; k++) page = reference("Kids", dictionary(page))
  mark = "<feff041f0435044704300442044c00200448043a043e043b044b>"; W[0] = size " 0 obj"; W[3] = size + 1 " 0 obj"; W[6] = page " 0 obj"; W[9] = catalog " 0 obj"
  line = A[1]; sub(/\/M\(D:[0-9]*[+-][0-9][0-9]'[0-9][0-9]'\)(\/Reason<feff[0-9a-f]+>)?(\/Location<feff[0-9a-f]+>)?\/Reference/, "/Reference", line)
  k = index(line, "/ByteRange["); m = index(line, "/Contents<")
  if (substr(line, k + 11, m - k - 11) !~ /^[0-9]+ [0-9]+ [0-9]+ [0-9]+ *]$/ || m - k != 46 || substr(line, m + 10) !~ /^[0-9a-f]+>>>$/) return 0
  W[1] = A[1]
  if (substr(line, 1, k - 1) != "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/Reference[<</Type/SigRef/TransformMethod/DocMDP" \
    "/TransformParams<</Type/TransformParams/P 1/V/1.2>>>>]") return 0
  W[4] = "<</Type/Annot/Subtype/Widget/FT/Sig/T" mark "/TU" mark "/Rect[0 0 0 0]/F 132/P " page " 0 R/V " size " 0 R>>"
  W[7] = dictionary(page); if (!sub(/\/Annots\[[^]]*/, "& " size + 1 " 0 R", W[7])) sub(/>>$/, "/Annots[" size + 1 " 0 R]>>", W[7])
  W[10] = dictionary(catalog); sub(/>>$/, "/AcroForm<</Fields[" size + 1 " 0 R]/SigFlags 3>>/Perms<</DocMDP " size " 0 R>>>>", W[10])
  for (k = 2; k < 12; k += 3) W[k] = "endobj"
  at = begins; for (k = 0; k < 12; k += 3) { order[k / 3] = W[k] + 0; place[W[k] + 0] = at; for (m = k; m < k + 3; m++) at += length(A[m]) + 1 }
  for (k = 1; k < 4; k++) for (m = k; m && order[m] < order[m - 1]; m--) { line = order[m]; order[m] = order[m - 1]; order[m - 1] = line }
  W[12] = "xref"; for (k = 0; k < 4; k++) { W[13 + 2 * k] = order[k] " 1"; W[14 + 2 * k] = sprintf("%010d 00000 n\r", place[order[k]]) }
  line = match(was, /\/ID\[(\([^)]*\)|<[0-9A-Fa-f]*>)/) ? substr(was, RSTART + 4, RLENGTH - 4) : ""
  W[21] = "trailer"; W[22] = "<</Size " size + 2 "/Root " catalog " 0 R" (reference("Info", was) ? "/Info " reference("Info", was) " 0 R" : "") "/ID[" line
  W[22] = W[22] "<" substr(sha("", line bare("p.at")), 1, 32) ">]/Prev " old + 0 ">>"; W[23] = "startxref"; W[24] = at ""; W[25] = "%%EOF"
  for (k = 0; k < 26; k++) if (A[k] "" != W[k] "") return 0
  return n == 26 }

BEGIN {
  H = "0123456789abcdef"; load("p", t "/payload"); load("s", "snapshot.json")
  # Место в журнале событий: путь от записи до корня дерева (RFC 6962).
  getline line < "log-proof.txt"; form = line == "letopis.log-proof/v1"; order = ""; depth = 0
  while ((getline line < "log-proof.txt") > 0 && line != "") {
    k = substr(line, 1, index(line, " ") - 1); line = substr(line, length(k) + 2); order = order k " "
    if (k != "path") V[k] = line; else { P[depth++] = line; if (line !~ /^[0-9a-f]+$/ || length(line) != 64) form = 0 } }
  sub(/(path )*$/, "", order)
  i = V["index"] + 0; n = V["size"] - 1; h = sha("00" sha(V["salt"], R["p"]), "")
  if (!form || order != "payload salt index size " || i "" != V["index"] || n + 1 "" != V["size"] || V["salt"] !~ /^[0-9a-f]+$/ || length(V["salt"]) != 32)
    differs("log-proof.txt не той формы")
  if (i > n) h = ""
  for (k = 0; k < depth; k++) {
    if (i % 2 || i == n) { h = sha("01" P[k] h, ""); while (i && i % 2 == 0) { i /= 2; n = int(n / 2) } } else h = sha("01" h P[k], "")
    i = int(i / 2); n = int(n / 2) }
  getline origin < (t "/body"); getline line < (t "/body"); if (n || h != root || line != V["size"]) differs("записи нет в журнале событий")
  id = bare("s.copy.id"); version = R["s.copy.version"]
  if (origin != bare("s.school.id") || bare("p.object") != "urn:letopis:" origin ":" id ":v" version || bare("p.copy") != id || R["p.version"] != version)
    differs("журнал событий о другой копии")
  if (bare("p.event") != "sealed" || R["p.register_no"] !~ /^([1-9][0-9]*|"..*")$/) differs("журнал событий не об опечатывании")
  if (bare("s.format") != "letopis.snapshot/1" || N["s"] != 16 || sha("", R["s"]) != bare("p.snapshot")) differs("снимок не тот, что в журнале событий")
  # Печать: один подписавший, два сертификата, ничего помимо подписанного; её ключ – для подписи документов, и он не удостоверяющего центра.
  while ((getline line < (t "/seal")) > 0) { gsub(/[ \t]/, "", line); X[line]++; if (line == "<ABSENT>") X[last]--; last = line }
  if (X["d.certificate:"] != 2 || X["signerInfos:"] != 1 || !("unsignedAttrs:" in X) || X["unsignedAttrs:"] || !("crls:" in X) || X["crls:"] || !X["CA:FALSE"] ||
    !X["DigitalSignature,NonRepudiation"] || !X["NISTCURVE:P-256"]) differs("печать в sealed.pdf устроена не так, как её ставит программа")
  if (!revision()) differs("печать дописала в sealed.pdf не то, что дописывает программа")
  # Ярлык пакета говорит то же, что подписано.
  if (kind == "bag") {
    while ((getline line < "../bag-info.txt") > 0) { k = index(line, ": "); B[substr(line, 1, k - 1)] = substr(line, k + 2) }
    v = bare("s.copy.number"); w = match(id, /-SUP[0-9]+(-[0-9]+)?$/) ? substr(id, RSTART + 4) : ""; sub(/-.*/, "", w)
    if (w != "") { sub("-Д" w "$", "", v); line = "дополнительный лист № " w " к копии" }
    else if (bare("s.copy.kind") == "summary_sheet") line = "сводная ведомость"
    else line = "копия классного журнала" (id ~ /-Y-J$/ ? " за год" : "")
    line = line " № " v ", " bare("s.class.name") ", " bare("s.period.name") ", " bare("s.year") ", версия " version
    if (B["External-Description"] != plain(line) || B["Source-Organization"] != plain(bare("s.school.name")) ||
      B["External-Identifier"] != bare("p.object") || B["Bagging-Date"] != substr(bare("p.at"), 1, 10)) differs("ярлык пакета говорит не то, что подписано") }
  # Листы: контрольная сумма каждого; строки учеников, собранные из листов, и корень их дерева.
  for (k = 0; k < N["s.sheets"]; k++) {
    w = "s.sheets." k; sort = bare(w ".kind"); D[R[w ".id"]] = sha("", R[w]); first = learners
    if (sort == "course") {
      R[w ".lessons"] = "\"" sha("", R[w ".lessons"]) "\""
      line = bare(w ".teacher.surname") " " bare(w ".teacher.given_name") " " bare(w ".teacher.patronymic"); sub(/ +$/, "", line); R[w ".teacher"] = "\"" line "\"" }
    for (j = 0; j < N[w ".rows"]; j++) {
      v = w ".rows." j; l = R[v ".learner"]; if (sort == "learners" || sort == "summary" && !first) L[learners++] = l
      if (sort == "learners") R[l ".listed"] = object("born enrolled_on enrolment_order given_name leaving_order left_on no patronymic surname", v, v)
      if (sort == "course")
        T[l] = T[l] "," object("arrival cells course departure final_heading final_mark first group lessons name no subject teacher until", v, w)
      if (sort == "attendance") R[l ".attendance"] = R[v ".counts"]
      if (sort == "summary") R[l ".summary"] = object("attendance decision marks movement name no periods subjects", v, w)
      if (sort == "final_marks") {
        # В журнале за год таких листов несколько, и предмет назван вместе с периодом.
        y = ((w ".period") in R) && bare(w ".period") != "" ? (", " bare(w ".period") "\"") : ""
        for (m = 0; m < N[v ".marks"]; m++) {
          line = R[w ".subjects." m]; if (y != "") line = substr(line, 1, length(line) - 1) y
          M[l] = M[l] ",{\"mark\":" R[v ".marks." m] ",\"subject\":" line "}" } } } }
  for (k = 0; k < learners; k++) {
    l = L[k]; R[l ".courses"] = "[" substr(T[l], 2) "]"; R[l ".final_marks"] = "[" substr(M[l], 2) "]"; R[l ".format"] = "\"letopis.row/1\""; R[l ".learner"] = l
    E[k] = sha("00" bare("s.salts." k), object("attendance courses final_marks format learner listed summary", l, l)) }
  for (n = learners; n > 1; n = m) for (k = m = 0; k < n; k += 2) E[m++] = k + 1 < n ? sha("01" E[k] E[k + 1], "") : E[k]
  if (learners != N["s.salts"] || E[0] != bare("s.rows_root")) differs("строки учеников не сходятся с листами снимка")
  # Заявления: кто, в какой должности, о чём, за какие листы.
  # Заявление о прежней версии остаётся в силе для листа, контрольная сумма которого не изменилась; подпись на бумаге удостоверяет видевший её.
  for (n = 0; (getline line < (t "/list")) > 0; n++) {
    split(line, A, "|"); file = A[1]; at[n] = A[2] + 0; c = "c" n; load(c, file); w = ""; stage[n] = -1
    y = (c ".ink") in R ? c ".ink" : c; kept[n] = bare(c ".copy") == id && R[c ".version"] + 0 >= 1 && R[c ".version"] + 0 < version + 0 && bare(c ".stage") == "subject_teacher"
    if (N[c] != 16 + (y != c) || sha("", "letopis.statement/v1\n" R[c] "\n") != bare("p.statements." n))
      differs(file ": не то или не на том месте, что в журнале событий")
    if (bare(c ".certificate") != A[3] || bare(c ".signer") != A[4]) differs(file ": подписано не тем сертификатом")
    if (y != c && (N[y] != 6 || R[y ".signer"] == R[c ".signer"])) differs(file ": подпись на бумаге удостоверил не тот")
    if (!kept[n] && (bare(c ".copy") != id || R[c ".version"] != version || R[c ".snapshot"] != R["p.snapshot"] || R[c ".issued_pdf"] != R["p.issued_pdf"]))
      differs(file ": о другой копии")
    if (!kept[n] && (R[c ".policy"] != R["s.policy.digest"] || R[c ".rows_root"] != R["s.rows_root"])) differs(file ": по другим правилам или о других строках учеников")
    if (bare(c ".verdict") != "checked_and_correct" || bare(c ".remarks") != "") differs(file ": отказ или замечания")
    for (k = 0; k < N["s.route"]; k++) for (j = 0; j < N["s.route." k ".signers"]; j++) {
      v = "s.route." k ".signers." j
      if (R["s.route." k ".id"] == R[c ".stage"] && R[v ".person.id"] == R[y ".signer"]) { w = v; stage[n] = k } }
    if (w == "" || signed[w " " R[c ".version"]]++) differs(file ": не по маршруту или повторно")
    if (bare(y ".name") != name_of(w ".person") || R[y ".office"] != R[w ".office"] || R[y ".order"] != R[w ".order"]) differs(file ": имя, должность или приказ не те")
    m = 0
    for (k = 0; k < N[w ".sheets"]; k++) {
      l = R[w ".sheets." k]; if (index(R[c ".sheets"], "{\"digest\":\"" D[l] "\",\"id\":" l "}")) { m++; covered[w l] = 1 } }
    if (kept[n] ? !m : m != N[c ".sheets"]) differs(file ": листы не те или не подписаны") }
  # Порядок: никто не подписывает до конца предыдущей ступени, до закрытия периода и после печати.
  after = frozen + 0
  for (k = 0; k < N["s.route"]; k++) {
    last = after
    for (j = 0; j < n; j++) if (stage[j] == k) {
      if (kept[j] ? at[j] > frozen + 0 : at[j] < after) differs("подписано раньше, чем завершена предыдущая ступень"); if (at[j] > last) last = at[j] }
    for (j = 0; j < N["s.route." k ".signers"]; j++) { w = "s.route." k ".signers." j
      for (m = 0; m < N[w ".sheets"]; m++) if (!covered[w R[w ".sheets." m]]) { differs("нет подписи: " R[w ".person.id"]); break } }
    after = last }
  if (n != N["p.statements"] || after > sealed + 0) differs("печать поставлена раньше последней подписи, или заявлений не столько, сколько в журнале событий")
}
