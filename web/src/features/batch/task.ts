import { CODES } from '@/api/codes';
import { Problem, type ProblemCode } from '@/api/problem';
import type { Task } from '@/app/live/live';

/** Why a task failed, as a refusal with its next step. */
export function problemOfTask(task: Task): Problem {
  return asProblem(task.error_code ?? '', task.error_message ?? '');
}

/** A code that a newer server has is said in the server's own words. */
export function asProblem(code: string, message: string): Problem {
  return new Problem({ code: code in CODES ? (code as ProblemCode) : 'ANSWER_UNCLEAR', message });
}
