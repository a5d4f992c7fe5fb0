/** First line of the pull request comment; later runs find the comment by it. */
export const commentMark = '<!-- cluster-secrets diff -->';
