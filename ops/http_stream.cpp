#include "ops/http_stream.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/verify_context.hpp>
#include <boost/beast/core/error.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/sslerr.h>

namespace ariadne {

namespace ssl = boost::asio::ssl;

namespace {

/// What Asio owns together with us.
SSL_CTX* shared(const tls_context& context) {
  SSL_CTX_up_ref(context.get());
  return context.get();
}

} // namespace

http_stream::secured::secured(boost::beast::tcp_stream& tcp, std::shared_ptr<const tls_context> with,
                              const std::string& of)
  : context(std::move(with)), of_asio(shared(*context)), cluster(of), judge({of}, false), stream(tcp, of_asio) {
  stream.set_verify_mode(ssl::verify_peer);
  stream.set_verify_callback([this](bool is_accepted, ssl::verify_context& verification) {
    return judge.judge(is_accepted, *verification.native_handle());
  });
}

http_stream::http_stream(boost::asio::ip::tcp::socket socket, std::shared_ptr<const tls_context> context,
                         const std::string& cluster)
  : tcp_(std::move(socket)) {
  if (context)
    tls_.emplace(tcp_, std::move(context), cluster);
}

bool http_stream::is_plain_http(const error_code& error) {
  return error.category() == boost::asio::error::get_ssl_category()
         && ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_HTTP_REQUEST;
}

std::string http_stream::problem_of(const error_code& error) const {
  if (!tls_->judge.problem().empty())
    return tls_->judge.problem();
  if (is_plain_http(error))
    return "it speaks HTTP without TLS";
  if (error == boost::asio::error::eof || error == boost::asio::ssl::error::stream_truncated)
    return "it has closed the connection";
  if (error == boost::beast::error::timeout)
    return "it has not shaken hands within 5 s";
  if (error.category() == boost::asio::error::get_ssl_category())
    if (auto known = describe_tls_failure(ERR_GET_REASON(static_cast<unsigned long>(error.value()))); !known.empty())
      return known;
  return "TLS has failed: " + error.message();
}

const identity* http_stream::peer() const {
  return tls_ ? find_in_cluster(tls_->judge.peer(), tls_->cluster) : nullptr;
}

bool http_stream::is_revoked_by(const tls_context& now) {
  return ariadne::is_revoked_by(now, *tls_->stream.native_handle());
}

} // namespace ariadne
