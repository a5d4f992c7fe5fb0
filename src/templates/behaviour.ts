/**
 * What each function of ESO's template engine does where its argument does not suit it: an error, which is
 * good, or something that ESO writes into a Secret and calls Ready. Read from the source of ESO 2.9.0
 * (runtime/template/v2 and its sprig) and of text/template, and run. A test holds it against the list of
 * functions.
 */
const table = {
  /** Gives something else at each refresh, so that the Secret changes every hour. */
  random: `bcrypt encryptAES genCA genCAWithKey genPrivateKey genSelfSignedCert genSelfSignedCertWithKey
    genSignedCert genSignedCertWithKey now randAlpha randAlphaNum randAscii randBytes randInt randNumeric
    shuffle uuidv4`,
  /** Reads the clock for all but a time or a number. */
  today: 'ago date dateInZone date_in_zone htmlDate htmlDateInZone',
  /** Gives the keys or values of a map in any order. */
  order: 'keys values',
  /** Gives its error as the text. */
  error: 'b32dec b64dec derivePassword hexdec htpasswd',
  /** Gives nil for what is no JSON, a map with the key Error for what is no YAML. */
  unread: 'fromJson fromYaml',
  /** Takes what is no number as 0, and what is no time as the year 1 or as it was. */
  zero: `add add1 add1f addf atoi biggest ceil date_modify dateModify div divf duration durationRound float64
    floor int int64 max maxf min minf mod mul mulf round sub subf toDate toDecimal`,
  /** Gives nothing where nothing matches. */
  nothing: 'filterCertChain filterPEM mustRegexFind mustRegexFindAll regexFind regexFindAll',
  /** Gives nothing where a key is missing. */
  missing: 'get index pick pluck',
  /** Takes its arguments as text/template's print does: a wrong verb or count is written. */
  print: 'printf',
  /** Gives nil of an empty list or of empty arguments. */
  nil: `coalesce first initial last mustFirst mustInitial mustLast mustRest mustSlice rest slice`,
  /** Ends in an error, or can do nothing wrong. */
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

/** What each function can do wrong. */
export const behaviours: ReadonlyMap<string, Behaviour> = new Map(
  Object.entries(table).flatMap(([behaviour, names]) =>
    names.split(/\s+/).map((name): [string, Behaviour] => [name, behaviour as Behaviour]),
  ),
);
