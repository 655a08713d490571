@rem `npm start` begins with the shell's `exec`, so that npm and its signals reach the program itself.
@rem Windows has no such word: there, this is it.
@%*
