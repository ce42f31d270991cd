import type { Socket } from 'socket.io-client';
import { useSyncExternalStore } from 'react';
import type { Schemas } from '@/api/client';
import { newer } from './newest';

// One socket for the whole tab. It is loaded with the first page that shows something live, and every page works
// without it: events only bring forward what a fetch would say.

export type Progress = Schemas['ProgressView'];
export type Task = Schemas['TaskView'];
type Listener = (progress: Progress) => void;
type TaskListener = (task: Task) => void;

const LEAVE_AFTER = 5000;
/** What concerns the signed-in person. */
const OWN_ROOM = 'user';
const rooms = new Map<number, Set<Listener>>();
let socket: Promise<Socket> | null = null;
let connected = false;
const taskRooms = new Map<string, Set<TaskListener>>();
const watchers = new Set<() => void>();
const counters = new Set<(unread: number) => void>();

function setConnected(now: boolean): void {
  connected = now;
  watchers.forEach((watcher) => watcher());
}

export function useConnected(): boolean {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => connected,
  );
}

function room(batch: number): string {
  return `batch_transfer_${batch}`;
}

/** The room of `task_12` is named by the bare number. */
function taskRoom(task: string): string {
  return `batch_${task}`;
}

async function connect(): Promise<Socket> {
  const { io } = await import('socket.io-client');
  const made = io({ transports: ['websocket', 'polling'] });
  made.on('connect', () => {
    setConnected(true);
    // The server forgets rooms with the connection.
    for (const batch of rooms.keys()) made.emit('join_room', room(batch));
    for (const task of taskRooms.keys()) made.emit('join_room', taskRoom(task));
    if (counters.size > 0) made.emit('join_room', OWN_ROOM);
  });
  made.on('disconnect', () => setConnected(false));
  made.on('progress_update', (progress: Progress) => {
    rooms.get(progress.batchId)?.forEach((listener) => listener(progress));
  });
  made.on('task_update', (task: Task) => {
    taskRooms.get(task.id)?.forEach((listener) => listener(task));
  });
  made.on('notices_unread', ({ unread }: { unread: number }) => counters.forEach((counter) => counter(unread)));
  return made;
}

/** Listens to a batch; rooms are left a little later, because pages often come back to them. */
export function follow(batch: number, listener: Listener): () => void {
  socket ??= connect();
  const listeners = rooms.get(batch) ?? new Set<Listener>();
  const isNew = !rooms.has(batch);
  rooms.set(batch, listeners.add(listener));
  if (isNew) void socket.then((made) => made.connected && made.emit('join_room', room(batch)));
  return () => {
    listeners.delete(listener);
    setTimeout(() => {
      if (listeners.size === 0 && rooms.get(batch) === listeners) {
        rooms.delete(batch);
        void socket?.then((made) => made.emit('leave_room', room(batch)));
      }
    }, LEAVE_AFTER);
  };
}

/** Listens to a task until it ends. */
export function followTask(task: string, listener: TaskListener): () => void {
  socket ??= connect();
  const listeners = taskRooms.get(task) ?? new Set<TaskListener>();
  const isNew = !taskRooms.has(task);
  taskRooms.set(task, listeners.add(listener));
  if (isNew) void socket.then((made) => made.connected && made.emit('join_room', taskRoom(task)));
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || taskRooms.get(task) !== listeners) return;
    taskRooms.delete(task);
    void socket?.then((made) => made.connected && made.emit('leave_room', taskRoom(task)));
  };
}

/** Hears how many notices are unread, at once and whenever that changes. */
export function followUnread(counter: (unread: number) => void): () => void {
  socket ??= connect();
  counters.add(counter);
  void socket.then((made) => made.connected && made.emit('join_room', OWN_ROOM));
  return () => counters.delete(counter);
}

/** Passes on at most one state a frame, and never an older one after a newer one. */
export function newestPerFrame(write: Listener): Listener {
  let waiting: Progress | null = null;
  return (progress) => {
    const isFirst = waiting === null;
    waiting = newer(waiting, progress);
    if (isFirst) {
      requestAnimationFrame(() => {
        const latest = waiting;
        waiting = null;
        if (latest !== null) write(latest);
      });
    }
  };
}
