#include "session/voter_agreement.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

namespace ariadne::session {

bool voter_agreement::will_tell(const host_id& host) {
  return may_have_lease_.try_emplace(host, false).second;
}

bool voter_agreement::told(const host_id& host, const std::set<std::string>& voters) {
  std::vector<std::string> differing;
  std::set_symmetric_difference(own_.begin(), own_.end(), voters.begin(), voters.end(), std::back_inserter(differing));
  return may_have_lease_[host] = differing.size() <= 1;
}

bool voter_agreement::may_have_lease(const host_id& host) const {
  const auto known = may_have_lease_.find(host);
  return known == may_have_lease_.end() || known->second;
}

void voter_agreement::gone(const host_id& host) {
  may_have_lease_.erase(host);
}

} // namespace ariadne::session
