//! Decides which members of a set run at the same time.

/// Divides members, with the bytes that each needs, into parties that fit into `room` and have at most `most` members.
/// The reference is in every party, and the last member, its twin, in the first. There is none if no two fit.
pub fn parties(needed: &[u64], reference: Option<usize>, room: u64, most: usize) -> Option<Vec<Vec<usize>>> {
    let mut rest: Vec<usize> = (0..needed.len()).filter(|member| Some(*member) != reference).collect();
    if let Some(twin) = rest.pop() {
        rest.insert(0, twin);
    }
    let mut parties = Vec::new();
    while !rest.is_empty() {
        let mut party: Vec<usize> = reference.into_iter().collect();
        let mut used: u64 = party.iter().map(|member| needed[*member]).sum();
        let fits = |used: u64, member: usize| used.saturating_add(needed[member]) <= room;
        while let Some(next) = rest.first().copied().filter(|next| party.len() < most && fits(used, *next)) {
            used += needed[next];
            party.push(next);
            rest.remove(0);
        }
        // One that no other can be with has nothing to be compared with.
        if party.len() < 2 && !(rest.is_empty() && party.len() == 1 && reference.is_none() && !parties.is_empty()) {
            return None;
        }
        party.sort_unstable();
        parties.push(party);
    }
    Some(parties)
}
