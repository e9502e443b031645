/** What went wrong with a request, in words for the person who made it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status, 0 where no answer came. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** RFC 9457 problem details, as far as they are given. */
export async function toApiError(response: Response): Promise<ApiError> {
  let said: string | undefined;
  try {
    const problem = (await response.json()) as { title?: string; detail?: string };
    said = problem.detail ?? problem.title;
  } catch {
    said = undefined;
  }
  return new ApiError(response.status, said ?? fallback(response.status));
}

function fallback(status: number): string {
  if (status === 401) return 'The sign-in is not valid any more.';
  if (status === 403) return 'Your role does not allow this.';
  if (status === 404) return 'Not found: it may be closed already.';
  if (status >= 500) return 'The alert engine could not do it. Try again.';
  return `The alert engine refused (${status}).`;
}

export const describeError = (error: unknown): string =>
  error instanceof ApiError ? error.message : 'Something unexpected went wrong on this page. Reload it.';
