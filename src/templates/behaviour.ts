/**
 * What each function of ESO's template engine does with an argument it can't use: fail, which is good, or
 * return something that ESO writes into a Secret while reporting Ready. Read from the source of ESO 2.9.0
 * (runtime/template/v2 and its sprig) and of text/template, and confirmed by running them. A test compares
 * this table with the list of functions.
 */
const table = {
  /** Returns a new value at each refresh, so the Secret changes every hour. */
  random: `bcrypt encryptAES genCA genCAWithKey genPrivateKey genSelfSignedCert genSelfSignedCertWithKey
    genSignedCert genSignedCertWithKey now randAlpha randAlphaNum randAscii randBytes randInt randNumeric
    shuffle uuidv4`,
  /** Reads the clock for anything but a time or a number. */
  today: 'ago date dateInZone date_in_zone htmlDate htmlDateInZone',
  /** Returns the keys or values of a map in random order. */
  order: 'keys values',
  /** Returns its error as the result. */
  error: 'b32dec b64dec derivePassword hexdec htpasswd',
  /** Returns nil for invalid JSON, and a map with the key Error for invalid YAML. */
  unread: 'fromJson fromYaml',
  /** Turns anything but a number into 0; for anything but a time, returns the year 1 or the argument itself. */
  zero: `add add1 add1f addf atoi biggest ceil date_modify dateModify div divf duration durationRound float64
    floor int int64 max maxf min minf mod mul mulf round sub subf toDate toDecimal`,
  /** Returns nothing if nothing matches. */
  nothing: 'filterCertChain filterPEM mustRegexFind mustRegexFindAll regexFind regexFindAll',
  /** Returns nothing if a key is missing. */
  missing: 'get index pick pluck',
  /** Writes a wrong verb or argument count into the result, as Go's fmt does. */
  print: 'printf',
  /** Returns nil for an empty list or empty arguments. */
  nil: `coalesce first initial last mustFirst mustInitial mustLast mustRest mustSlice rest slice`,
  /** Fails, or can't go wrong. */
  sound: `abbrev abbrevboth adler32sum all and any append b32enc b64enc base buildCustomCert call camelcase cat
    certSANs chunk clean compact concat contains decryptAES deepCopy deepEqual default dict dig dir empty eq
    ext fail fullPemToPkcs12 fullPemToPkcs12Pass ge gt has hasKey hasPrefix hasSuffix hello html indent
    initials isAbs join js jwkPrivateKeyPem jwkPublicKeyPem kebabcase kindIs kindOf le len list lower lt merge
    mergeOverwrite mustAppend mustChunk mustCompact mustDateModify must_date_modify mustDeepCopy mustFromJson
    mustHas mustMerge mustMergeOverwrite mustPrepend mustPush mustRegexMatch mustRegexReplaceAll
    mustRegexReplaceAllLiteral mustRegexSplit mustReverse mustToDate mustToJson mustToPrettyJson mustToRawJson
    mustUniq mustWithout ne nindent nospace not omit or osBase osClean osDir osExt osIsAbs pemToPkcs12
    pemToPkcs12Pass pemTruststoreToPKCS12 pemTruststoreToPKCS12Pass pkcs12cert pkcs12certPass pkcs12key
    pkcs12keyPass plural prepend print println push quote regexMatch regexQuoteMeta regexReplaceAll
    regexReplaceAllLiteral regexSplit repeat replace reverse rsaDecrypt semver semverCompare seq set sha1sum
    sha256sum sha512sum snakecase sortAlpha split splitList splitn squote substr swapcase ternary title
    toJson toPrettyJson toRawJson toString toStrings toYaml trim trimAll trimall trimPrefix trimSuffix trunc
    tuple typeIs typeIsLike typeOf uniq unixEpoch unset until untilStep untitle upper urlJoin urlParse
    urlquery without wrap wrapWith`,
} as const;

export type Behaviour = keyof typeof table;

/** How each function can go wrong, by name. */
export const behaviours: ReadonlyMap<string, Behaviour> = new Map(
  Object.entries(table).flatMap(([behaviour, names]) =>
    names.split(/\s+/).map((name): [string, Behaviour] => [name, behaviour as Behaviour]),
  ),
);
