#include "glass/system/http_server/http_server.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/system/http/http.h"

namespace glass::system {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;

// What sessions share; outlives them.
struct Shared {
  HttpHandler handler;
  HttpLimits limits;
  std::atomic<int> connections = 0;
  std::atomic<bool> stopping = false;
};

HttpRequest request_from(http::request<http::string_body>&& from) {
  HttpRequest request{.method = std::string(from.method_string()),
                      .target = std::string(from.target()),
                      .headers = {},
                      .body = std::move(from.body())};
  for (const auto& field : from)
    request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  return request;
}

// One connection: a request, its answer, the next request.
class Session : public std::enable_shared_from_this<Session> {
 public:
  static constexpr size_t kDropBytes = 4096;

  Session(tcp::socket&& socket, asio::io_context& context, Shared& shared)
      : stream_(std::move(socket)), context_(context), shared_(shared) {
    ++shared_.connections;
  }

  ~Session() { --shared_.connections; }

  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void start() {
    asio::dispatch(stream_.get_executor(), [self = shared_from_this()] { self->read(); });
  }

  void stop() {
    asio::post(stream_.get_executor(), [self = shared_from_this()] {
      if (!self->answering_) self->close();
    });
  }

 private:
  void wait() { stream_.expires_after(std::chrono::seconds(shared_.limits.idle_seconds)); }

  void read() {
    if (shared_.stopping) return close();
    parser_.emplace();
    parser_->header_limit(static_cast<uint32_t>(shared_.limits.header_bytes));
    parser_->body_limit(shared_.limits.body_bytes);
    wait();
    http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](error_code error, size_t) { self->on_read(error); });
  }

  void on_read(error_code error) {
    version_ = parser_->get().version();
    keep_alive_ = !error && parser_->get().keep_alive();
    head_ = parser_->get().method() == http::verb::head;
    answering_ = true;
    if (error == http::error::body_limit) return write(plain_text(413, "the body is too long"));
    if (error == http::error::header_limit) return write(plain_text(431, "the header is too long"));
    if (error == http::error::end_of_stream || error == beast::error::timeout ||
        (error && error.category() == asio::error::get_system_category()))
      return close();
    if (error) return write(plain_text(400, "this is no request of HTTP"));
    stream_.expires_never();  // the handler may take its time
    // The context runs on for as long as somebody may answer. Members are destroyed from the back:
    // the session, and its strand with it, goes while there is still work, and so a context. The
    // guard is the context's own: one of the strand would keep that beyond the end of the work.
    HttpReply reply = [work = asio::make_work_guard(context_.get_executor()),
                       self = shared_from_this()](HttpResponse response) {
      asio::post(self->stream_.get_executor(), [self, response = std::move(response)]() mutable {
        self->write(std::move(response));
      });
    };
    shared_.handler(request_from(parser_->release()), std::move(reply));
  }

  void write(HttpResponse&& from) {
    response_ = {};
    response_.version(version_);
    response_.result(static_cast<unsigned>(from.status));
    for (const auto& [name, value] : from.headers) response_.insert(name, value);
    response_.keep_alive(keep_alive_ && !shared_.stopping);
    response_.content_length(from.body.size());
    if (!head_) response_.body() = std::move(from.body);
    wait();
    http::async_write(stream_, response_, [self = shared_from_this()](error_code error, size_t) {
      self->answering_ = false;
      if (error) return self->close();
      if (!self->response_.keep_alive()) return self->close_after_rest();
      self->read();
    });
  }

  // Who still sends would lose the answer to a reset; what they send is read and forgotten.
  void close_after_rest() {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    buffer_.clear();
    wait();
    drop_rest();
  }

  void drop_rest() {
    stream_.async_read_some(buffer_.prepare(kDropBytes),
                            [self = shared_from_this()](error_code error, size_t) {
                              if (error || self->shared_.stopping) return self->close();
                              self->drop_rest();
                            });
  }

  void close() {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    stream_.close();
  }

  beast::tcp_stream stream_;
  asio::io_context& context_;
  Shared& shared_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  unsigned version_ = 11;
  bool keep_alive_ = false, head_ = false, answering_ = false;
};

}  // namespace

class HttpServer::Listener {
 public:
  Listener(HttpHandler handler, const HttpLimits& limits)
      : shared_{.handler = std::move(handler), .limits = limits},
        context_(limits.threads),
        acceptor_(asio::make_strand(context_)) {}

  [[nodiscard]] Status listen(const std::string& address, uint16_t port) {
    error_code error;
    const auto host = asio::ip::make_address(address, error);
    const tcp::endpoint endpoint(host, port);
    if (!error) acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error)
      return fail(ErrorCode::kIo,
                  fmt::format("cannot listen on {} port {}: {}", address, port, error.message()));
    port_ = acceptor_.local_endpoint().port();
    accept();
    for (int i = 0; i < shared_.limits.threads; ++i)
      threads_.emplace_back([this] { context_.run(); });
    return {};
  }

  // Sessions that are being answered keep the context running until they end.
  ~Listener() {
    shared_.stopping = true;
    asio::post(acceptor_.get_executor(), [this] {
      error_code ignored;
      acceptor_.close(ignored);
      for (const std::weak_ptr<Session>& session : sessions_) {
        if (const auto open = session.lock()) open->stop();
      }
    });
    for (std::thread& thread : threads_) thread.join();
  }

  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] uint16_t port() const { return port_; }

 private:
  static constexpr auto kWhenFull = std::chrono::milliseconds(10);

  void accept() {
    acceptor_.async_accept(
        asio::make_strand(context_), [this](error_code error, tcp::socket socket) {
          if (!acceptor_.is_open()) return;
          if (!error) {
            auto session = std::make_shared<Session>(std::move(socket), context_, shared_);
            std::erase_if(sessions_, [](const auto& known) { return known.expired(); });
            sessions_.push_back(session);
            session->start();
          }
          accept_when_free(static_cast<bool>(error));
        });
  }

  void accept_when_free(bool after_error) {
    if (!after_error && shared_.connections < shared_.limits.connections) return accept();
    pause_.expires_after(kWhenFull);
    pause_.async_wait([this](error_code stopped) {
      if (!stopped && acceptor_.is_open()) accept_when_free(false);
    });
  }

  Shared shared_;
  asio::io_context context_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_{acceptor_.get_executor()};
  std::vector<std::weak_ptr<Session>> sessions_;
  std::vector<std::thread> threads_;
  uint16_t port_ = 0;
};

HttpServer::HttpServer(std::unique_ptr<Listener> listener) : listener_(std::move(listener)) {}

HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::start(const std::string& address, uint16_t port,
                                                      HttpHandler handler,
                                                      const HttpLimits& limits) {
  auto listener = std::make_unique<Listener>(std::move(handler), limits);
  GLASS_TRY_STATUS(listener->listen(address, port));
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(listener)));
}

uint16_t HttpServer::port() const {
  return listener_->port();
}

}  // namespace glass::system
