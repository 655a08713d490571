/** Why the world says no, as the player reads it. */
import type { Reason } from '../world/index.ts'

export const reasonWords: Record<Reason, string> = {
  not_here: 'You cannot do that from here.',
  no_such_place: 'There is no such place.',
  server_full: 'This game server is full. Please choose another one.',
  gate_full: 'This City Gate is full. Please choose another one.',
  city_full: 'This city is full. Please choose another one.',
  city_gone: 'Nobody is in this city any more.',
  city_taken: 'Somebody has founded this city already.',
  city_reserved: 'Somebody is founding this city right now.',
  same_place: 'You are already there.',
  in_quest: 'You cannot do that while you are in a quest.',
  board_full: 'The quest board is full.',
  circle_gone: 'This quest is not posted any more.',
  circle_full: 'This quest has enough hunters.',
  circle_departed: 'This quest has already departed.',
  already_in_circle: 'You have already joined a quest.',
  wrong_password: 'The password is wrong.',
  not_your_circle: 'Only the leader of the quest can do that.',
  bad_capacity: 'A quest takes one to four hunters.',
  seat_taken: 'Somebody was faster.',
}

export const gameWords = {
  noSuchHunter: 'No hunter with this Capcom ID is known.',
  noRequest: 'This friend request does not stand any more.',
  tooFast: 'Please write a little slower.',
  tooLong: 'This message is too long.',
  listEnds: 'The list ends here.',
  notOnline: 'This hunter is not online.',
  loggedInElsewhere: 'Your hunter has logged in elsewhere.',
  pending: 'The community server does not answer. What you asked for is kept, and decided when it does.',
  thisNodeAlone: 'The community server does not answer. Only hunters of this server are found.',
  refusedLater: 'What you asked for while the community server was away was refused.',
  leaseLost: 'The community server does not know you any more. Please log in again.',
} as const
