/** First line of the comment on a pull request, by which a later run finds it. */
export const commentMark = '<!-- cluster-secrets diff -->';
